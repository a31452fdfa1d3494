package io.millrace.operator.chart;

import java.util.List;

/**
 * A chart of one window.
 *
 * @param chart the code of its {@link ChartKind}
 * @param region where; {@link TrendingCharts#GLOBAL} for all regions together
 * @param windowStart start of the window, in milliseconds since the epoch
 * @param windowEnd end of the window, exclusive
 * @param revision how often the window's chart has been published before
 * @param songs the first ones, the first first; at most k
 * @param previousRanks the rank of each in the chart of the latest earlier window, as it was when
 *     this one was published; 0 for none
 */
public record ChartRanking(
    String chart,
    String region,
    long windowStart,
    long windowEnd,
    long revision,
    List<ChartSong> songs,
    List<Integer> previousRanks) {}
