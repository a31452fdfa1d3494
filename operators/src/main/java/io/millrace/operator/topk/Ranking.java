package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemEstimate;
import java.util.List;

/**
 * The heaviest items of one dimension in one window.
 *
 * @param dimension what was counted
 * @param windowStart start of the window, inclusive, in milliseconds since the epoch
 * @param windowEnd end of the window, exclusive, in milliseconds since the epoch
 * @param total weight of everything counted in the window
 * @param maxError bound of {@code upperBound - lowerBound}; 0 means exact
 * @param othersAtMost upper bound of the weight of every other item
 * @param items heaviest first, at most k
 */
public record Ranking(
    String dimension,
    long windowStart,
    long windowEnd,
    long total,
    long maxError,
    long othersAtMost,
    List<ItemEstimate> items) {

  /**
   * How many of the items, from the first on, are surely among the heaviest: every other item
   * weighs at most as much as each of them. All of them, where counts are exact.
   */
  public int surelyHeaviest() {
    if (maxError == 0) {
      return items.size();
    }
    int sure = 0;
    while (sure < items.size() && items.get(sure).lowerBound() >= othersAtMost) {
      sure++;
    }
    return sure;
  }
}
