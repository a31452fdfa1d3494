package io.millrace.operator.sketch;

import java.util.Comparator;

/**
 * An item with its weight as a sketch knows it: {@code lowerBound <= true weight <= upperBound}.
 *
 * @param item the item
 * @param count the estimate, between the bounds
 * @param lowerBound the weight is at least this
 * @param upperBound the weight is at most this
 */
public record ItemEstimate(String item, long count, long lowerBound, long upperBound) {
  /** Heaviest first; equal counts in the order of their items' UTF-8 bytes. */
  public static final Comparator<ItemEstimate> HEAVIEST_FIRST =
      Comparator.comparingLong(ItemEstimate::count)
          .reversed()
          .thenComparing(ItemEstimate::item, Utf8Order.INSTANCE);

  /** An exactly known weight. */
  public static ItemEstimate exact(String item, long count) {
    return new ItemEstimate(item, count, count, count);
  }
}
