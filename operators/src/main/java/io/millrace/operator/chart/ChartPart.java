package io.millrace.operator.chart;

import java.util.List;

/**
 * The first songs of a chart among those of one task.
 *
 * @param key which chart
 * @param windowEnd end of its window
 * @param asOf the watermark at which it can be put together with those of the other tasks
 * @param firstKeyGroup the first key group whose songs it is of
 * @param lastKeyGroup the last one
 * @param songs at most k, in no order
 */
public record ChartPart(
    Key key,
    long windowEnd,
    long asOf,
    int firstKeyGroup,
    int lastKeyGroup,
    List<ChartSong> songs) {

  /**
   * Names a chart.
   *
   * @param chart the code of its {@link ChartKind}
   * @param region where
   */
  public record Key(String chart, String region) {}

  /** Whether it is of some song that another part may be of. */
  boolean overlaps(ChartPart other) {
    return firstKeyGroup <= other.lastKeyGroup && other.firstKeyGroup <= lastKeyGroup;
  }
}
