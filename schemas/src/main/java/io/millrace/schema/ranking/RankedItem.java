package io.millrace.schema.ranking;

/**
 * One row of a ranking; {@code lowerBound <= true weight <= upperBound} always holds.
 *
 * @param rank position from 1
 * @param item the counted value
 * @param count estimated weight; exact where both bounds equal it
 * @param lowerBound the weight is at least this
 * @param upperBound the weight is at most this
 */
public record RankedItem(int rank, String item, long count, long lowerBound, long upperBound) {}
