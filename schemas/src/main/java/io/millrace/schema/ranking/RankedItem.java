package io.millrace.schema.ranking;

import org.jspecify.annotations.Nullable;

/**
 * One row of a ranking; {@code lowerBound <= true weight <= upperBound} always holds.
 *
 * @param rank position from 1
 * @param item the counted value
 * @param count estimated weight; exact where both bounds equal it
 * @param lowerBound the weight is at least this
 * @param upperBound the weight is at most this
 * @param previousRank its rank in the ranking before of the same dimension; absent where it had
 *     none
 * @param change what became of it since: new, up (a smaller rank than before), down or same
 */
public record RankedItem(
    int rank,
    String item,
    long count,
    long lowerBound,
    long upperBound,
    @Nullable Integer previousRank,
    String change) {

  /** {@link #change} of an item that was not in the ranking before. */
  public static final String NEW = "new";

  /** An item that was not in the ranking before. */
  public RankedItem(int rank, String item, long count, long lowerBound, long upperBound) {
    this(rank, item, count, lowerBound, upperBound, null, NEW);
  }
}
