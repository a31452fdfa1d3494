package io.millrace.schema.ranking;

import org.jspecify.annotations.Nullable;

/**
 * What a live row shows of an item of the latest ranking: the fields of {@link RankedItem}, and of
 * {@link RankingPublished} those of its window.
 */
public record LiveRankedItem(
    int rank,
    String item,
    long count,
    long lowerBound,
    long upperBound,
    @Nullable Integer previousRank,
    String change,
    long windowStart,
    long windowEnd,
    long total) {

  /** An item of a ranking. */
  public static LiveRankedItem of(RankingPublished ranking, RankedItem item) {
    return new LiveRankedItem(
        item.rank(),
        item.item(),
        item.count(),
        item.lowerBound(),
        item.upperBound(),
        item.previousRank(),
        item.change(),
        ranking.windowStart(),
        ranking.windowEnd(),
        ranking.total());
  }
}
