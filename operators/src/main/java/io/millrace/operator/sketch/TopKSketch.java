package io.millrace.operator.sketch;

import java.util.List;

/**
 * A summary of a stream of weighted items that names the heaviest of them. For every item it
 * reports, {@code lowerBound <= true weight <= upperBound}, whatever was added and merged in
 * whatever order.
 *
 * <p>Weights add up to at most {@link Long#MAX_VALUE}; beyond it they stay there.
 *
 * <p>Not safe for use by several threads.
 */
public interface TopKSketch {
  /**
   * Adds {@code weight} to {@code item}.
   *
   * @param weight at least 0; an item of weight 0 is counted as seen
   * @throws IllegalArgumentException where the weight is negative
   */
  void add(String item, long weight);

  /**
   * Adds everything that another sketch has counted. Merging is commutative and associative within
   * the bounds; exact sketches give the same result in any order.
   *
   * @param serialized what {@link #toBytes} of a sketch of the same algorithm returned
   * @throws IllegalArgumentException where it is of another algorithm, of a later version or
   *     damaged
   */
  void merge(byte[] serialized);

  /** The sum of all weights. */
  long total();

  /** Bound of {@code upperBound - lowerBound} for every item; 0 where the counts are exact. */
  long maxError();

  /**
   * The heaviest items by {@link ItemEstimate#HEAVIEST_FIRST}, at most {@code k}.
   *
   * @param k at least 1
   */
  List<ItemEstimate> top(int k);

  /** Memory held, in bytes, estimated from above; what an owner compares with its bound. */
  long memoryBytes();

  /** The versioned binary form: algorithm, version, content. */
  byte[] toBytes();

  /**
   * The sum of two weights, each at least 0; {@link Long#MAX_VALUE} where it would be beyond that.
   */
  static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
