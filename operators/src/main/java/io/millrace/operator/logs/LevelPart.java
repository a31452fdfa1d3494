package io.millrace.operator.logs;

import org.jspecify.annotations.Nullable;

/**
 * How many records of a level a task has read of a source in a minute, since it told so last.
 *
 * @param source the source
 * @param level the level; empty for records without one
 * @param start start of the minute, in milliseconds since the epoch
 * @param count how many
 * @param event the record, where it is one alone that may be late; null else
 */
public record LevelPart(
    String source, String level, long start, long count, @Nullable LogEvent event) {

  /** Parts with the same are of one count. */
  String key() {
    return level + "\u0000" + source;
  }
}
