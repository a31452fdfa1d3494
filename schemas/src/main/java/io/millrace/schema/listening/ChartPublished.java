package io.millrace.schema.listening;

import java.util.List;

/**
 * A chart of one window. Identity: {@code (chart, region, windowStart, windowEnd, revision)}; the
 * greatest revision counts.
 *
 * @param chart windowed, decayed or novelty
 * @param region where; {@code GLOBAL} for all regions together
 * @param windowStart start of the window, inclusive, in milliseconds since the epoch
 * @param windowEnd end of the window, exclusive, in milliseconds since the epoch
 * @param revision 0 where the window had ended, and one more whenever plays that came later have
 *     changed the chart
 * @param entries score descending, then songId ascending by its UTF-8 bytes
 */
public record ChartPublished(
    String chart,
    String region,
    long windowStart,
    long windowEnd,
    long revision,
    List<ChartEntry> entries) {}
