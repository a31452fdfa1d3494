package io.millrace.operator.logs;

/**
 * What became of the lines of a source in a partition.
 *
 * @param source the source; empty for lines that name none
 * @param topic where they came from
 * @param partition its partition
 * @param counts how many of them became what
 */
public record StreamCounts(String source, String topic, int partition, LineCounts counts) {
  /** As {@link LogLine#stream}. */
  String stream() {
    return topic + "\u0000" + partition + "\u0000" + source;
  }
}
