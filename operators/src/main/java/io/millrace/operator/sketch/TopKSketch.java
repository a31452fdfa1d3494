package io.millrace.operator.sketch;

import java.util.List;

/**
 * A summary of a stream of weighted items that names the heaviest of them. For every item, {@code
 * lowerBound <= true weight <= upperBound}, whatever was added and merged in whatever order.
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
  default void add(String item, long weight) {
    byte[] bytes = ItemBytes.of(item);
    add(ItemBytes.hash(bytes, 0, bytes.length), bytes, 0, bytes.length, weight);
  }

  /**
   * Adds {@code weight} to an item given by its bytes, as {@link ItemBytes} has them; they are
   * copied where they are kept.
   *
   * @param hash what {@link ItemBytes#hash(byte[], int, int)} says of them
   * @param weight as in {@link #add(String, long)}
   * @throws IllegalArgumentException where the weight is negative
   */
  void add(long hash, byte[] bytes, int start, int length, long weight);

  /**
   * Adds everything that another sketch has counted. Merging is commutative and associative within
   * the bounds; exact sketches give the same result in any order.
   *
   * @param serialized what {@link #toBytes} of a sketch returned: of any algorithm, unless this one
   *     is exact, which then takes only what was counted exactly
   * @throws IllegalArgumentException where it is not exact enough, of a later version or damaged;
   *     nothing may be asked of this sketch then
   */
  void merge(byte[] serialized);

  /** The sum of all weights; exact. */
  long total();

  /**
   * Bound of {@code upperBound - lowerBound} for every item, and of the weight of every item that
   * {@link #top} of a large enough k does not name; 0 where the counts are exact.
   */
  long maxError();

  /**
   * What {@link #maxError} is at most, whatever the items are and in whatever order they come.
   *
   * @param total sum of the weights added; merged pieces bring their own error
   */
  long maxErrorAtMost(long total);

  /**
   * The heaviest items by {@link ItemEstimate#HEAVIEST_FIRST}, at most {@code k}.
   *
   * @param k at least 1
   */
  TopItems topItems(int k);

  /** Offers every item to a selection, whose other sketches have none of them. */
  void offerTo(TopSelection selection);

  /** The items of {@link #topItems}. */
  default List<ItemEstimate> top(int k) {
    return topItems(k).items();
  }

  /** What is known of one item, whether it was ever added or not. */
  ItemEstimate estimate(String item);

  /** Memory held, in bytes; while a sketch grows, it may take twice as much for a moment. */
  long memoryBytes();

  /** Forgets everything, and keeps the memory for as many items again. */
  void reset();

  /** The versioned binary form: kind, version, content. */
  byte[] toBytes();

  /**
   * The sum of two weights, each at least 0; {@link Long#MAX_VALUE} where it would be beyond that.
   */
  static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
