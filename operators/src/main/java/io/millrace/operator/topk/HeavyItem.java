package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemEstimate;

/**
 * An item as a ranking has it.
 *
 * @param dimension what was counted
 * @param windowEnd end of the ranking's window, exclusive, in milliseconds since the epoch
 * @param rank position from 1
 * @param estimate the item with its weight and bounds
 */
public record HeavyItem(String dimension, long windowEnd, int rank, ItemEstimate estimate) {}
