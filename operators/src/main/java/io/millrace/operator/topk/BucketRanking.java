package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemEstimate;
import java.util.List;

/**
 * The heaviest items of one task's buckets in one window. No item is in two buckets, so the
 * heaviest of the dimension are among the heaviest of its buckets.
 *
 * @param window the key
 * @param total weight of everything counted in the buckets
 * @param maxError bound of {@code upperBound - lowerBound}
 * @param othersAtMost upper bound of the weight of every other item; 0 in a savepoint of a version
 *     before 0.3.0
 * @param items heaviest first, at most k
 */
public record BucketRanking(
    RankedWindow window, long total, long maxError, long othersAtMost, List<ItemEstimate> items) {

  /**
   * One dimension in one window.
   *
   * @param dimension name of the dimension
   * @param windowEnd end of the window, exclusive, in milliseconds since the epoch
   */
  public record RankedWindow(String dimension, long windowEnd) {

    /** Places the key in its key group: a part of the state's layout, so spelled out. */
    @Override
    public int hashCode() {
      return 31 * dimension.hashCode() + Long.hashCode(windowEnd);
    }
  }
}
