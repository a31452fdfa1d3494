package io.millrace.schema.ranking;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The heaviest items of one dimension in one window, published once. Identity: {@code (dimension,
 * windowStart, windowEnd)}.
 *
 * @param dimension which field of the input was counted
 * @param windowStart start of the window, inclusive, in milliseconds since the epoch
 * @param windowEnd end of the window, exclusive, in milliseconds since the epoch
 * @param total weight of everything counted in the window, ranked or not
 * @param k the most items that the row may hold
 * @param algorithm how it was counted, by its option name
 * @param maxError bound of {@code upperBound - lowerBound} for every item, in the weight's unit; 0
 *     means exact; at most {@code total / k}
 * @param warning where the error is too wide for k: from which rank on the items may not be the
 *     heaviest, and what to do about it; otherwise absent
 * @param items count descending, then item ascending by its UTF-8 bytes
 * @param left the items of the ranking before of the same dimension, that of the latest earlier
 *     window with records, which are not in this one, in the order they had there
 */
public record RankingPublished(
    String dimension,
    long windowStart,
    long windowEnd,
    long total,
    int k,
    String algorithm,
    long maxError,
    @Nullable String warning,
    List<RankedItem> items,
    List<String> left) {

  /** A row without a warning that no item has left. */
  public RankingPublished(
      String dimension,
      long windowStart,
      long windowEnd,
      long total,
      int k,
      String algorithm,
      long maxError,
      List<RankedItem> items) {
    this(dimension, windowStart, windowEnd, total, k, algorithm, maxError, null, items, List.of());
  }
}
