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
 * @param items heaviest first, at most k
 */
public record Ranking(
    String dimension,
    long windowStart,
    long windowEnd,
    long total,
    long maxError,
    List<ItemEstimate> items) {}
