package io.millrace.operator.logs;

/**
 * How many records of a level a source had in a window.
 *
 * @param source the source
 * @param level the level; empty for records without one
 * @param windowStart start of the window, in milliseconds since the epoch
 * @param windowEnd its end, exclusive
 * @param count how many
 */
public record LevelCount(
    String source, String level, long windowStart, long windowEnd, long count) {}
