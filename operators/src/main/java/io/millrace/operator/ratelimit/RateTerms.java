package io.millrace.operator.ratelimit;

/**
 * How much a rule admits, in the whole numbers that the algorithms count in: a token has {@code
 * tokenUnits} units, of which {@code unitsPerMilli} come back in a millisecond, so that {@code
 * limit / periodMillis} is met without a remainder.
 *
 * @param algorithm how it limits
 * @param limit cost that is admitted in a period; from 0
 * @param periodMillis length of the period, in milliseconds; positive
 * @param burst capacity of buckets, of the queue and of GCRA, in cost; from 0
 * @param tokenUnits units of one token
 * @param unitsPerMilli units that come back in a millisecond
 */
public record RateTerms(
    RateAlgorithm algorithm,
    long limit,
    long periodMillis,
    long burst,
    long tokenUnits,
    long unitsPerMilli) {
  /** The greatest product of limit or burst and period, so that no sum of two overflows. */
  public static final long GREATEST_PRODUCT = 1L << 61;

  /** As many admissions as a sliding log keeps at most for a key. */
  public static final long GREATEST_LOG = 100_000;

  /**
   * The terms of a rule.
   *
   * @throws IllegalArgumentException where a number is out of its range, or limit or burst times
   *     the period is beyond {@link #GREATEST_PRODUCT}
   */
  public static RateTerms of(RateAlgorithm algorithm, long limit, long periodMillis, long burst) {
    if (limit < 0 || burst < 0 || periodMillis < 1) {
      throw new IllegalArgumentException(
          "limit and burst must not be negative, and the period must be at least 1 ms");
    }
    if (Math.max(limit, burst) > GREATEST_PRODUCT / periodMillis) {
      throw new IllegalArgumentException(
          "limit and burst times the period in milliseconds must be at most 2^61; make the period"
              + " shorter and the limit less");
    }
    if (algorithm == RateAlgorithm.SLIDING_LOG && limit > GREATEST_LOG) {
      throw new IllegalArgumentException(
          "a sliding log keeps at most 100000 admissions a key; take a sliding counter for a"
              + " greater limit");
    }
    long divisor = gcd(limit, periodMillis);
    return new RateTerms(
        algorithm, limit, periodMillis, burst, periodMillis / divisor, limit / divisor);
  }

  private static long gcd(long a, long b) {
    return a == 0 ? b : gcd(b % a, a);
  }

  /** The most that a request may cost. */
  long mostCost() {
    return switch (algorithm) {
      case TOKEN_BUCKET, LEAKY_BUCKET, LEAKY_QUEUE, GCRA -> burst;
      case FIXED_WINDOW, SLIDING_LOG, SLIDING_COUNTER -> limit;
    };
  }
}
