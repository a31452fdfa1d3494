package io.millrace.schema.listening;

import org.jspecify.annotations.Nullable;

/**
 * What a live row shows of a song in the latest chart: the fields of {@link ChartEntry}, and of
 * {@link ChartPublished} those of its window.
 */
public record LiveChartEntry(
    int rank,
    String songId,
    @Nullable String title,
    @Nullable String artist,
    long plays,
    double score,
    double baseline,
    @Nullable Integer previousRank,
    String change,
    long distinctListeners,
    boolean approximate,
    long windowStart,
    long windowEnd,
    long revision) {

  /** An entry of a chart. */
  public static LiveChartEntry of(ChartPublished chart, ChartEntry entry) {
    return new LiveChartEntry(
        entry.rank(),
        entry.songId(),
        entry.title(),
        entry.artist(),
        entry.plays(),
        entry.score(),
        entry.baseline(),
        entry.previousRank(),
        entry.change(),
        entry.distinctListeners(),
        entry.approximate(),
        chart.windowStart(),
        chart.windowEnd(),
        chart.revision());
  }
}
