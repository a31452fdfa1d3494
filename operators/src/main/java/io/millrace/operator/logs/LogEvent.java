package io.millrace.operator.logs;

import io.millrace.operator.logline.ParsedLine;
import java.util.List;
import java.util.Objects;

/**
 * What a record of a log says, where it is, and what it means to the rules.
 *
 * @param source what it is a log of
 * @param topic where it came from
 * @param partition its partition
 * @param offset offset of its first line
 * @param line what it says
 * @param hits what it means to the rules
 */
public record LogEvent(
    String source, String topic, int partition, long offset, ParsedLine line, List<RuleHit> hits) {

  /** Its time, in milliseconds since the epoch. */
  public long at() {
    return line.at();
  }

  /** Its id: topic, partition and offset. */
  public String id() {
    return topic + ":" + partition + ":" + offset;
  }

  /** Whether it says the same as another one, but for the time. */
  boolean equalsButTime(LogEvent other) {
    ParsedLine one = line;
    ParsedLine two = other.line;
    return one.message().equals(two.message())
        && one.level() == two.level()
        && Objects.equals(one.service(), two.service())
        && Objects.equals(one.host(), two.host())
        && Objects.equals(one.traceId(), two.traceId())
        && one.fields().equals(two.fields());
  }
}
