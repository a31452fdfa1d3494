package io.millrace.operator.ratelimit;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One version of a rule.
 *
 * @param ruleId id of the rule
 * @param version greater in each version
 * @param at from when on it applies, to events at this time and later, in milliseconds since the
 *     epoch
 * @param dimension of whom it limits each
 * @param tier of the requests that it is for; null for any
 * @param route of the requests that it is for; null for any
 * @param algorithm how it limits
 * @param limit cost that is admitted in a period; from 0
 * @param periodMillis length of the period, in milliseconds; positive
 * @param burst capacity of buckets, of the queue and of GCRA, in cost
 * @param shadow whether it only says what it would refuse
 * @param penaltyMillis for how long a key is refused after a refusal, in milliseconds; 0 for none
 * @param deleted whether the rule ends here
 */
public record RateRule(
    String ruleId,
    long version,
    long at,
    LimitDimension dimension,
    @Nullable String tier,
    @Nullable String route,
    RateAlgorithm algorithm,
    long limit,
    long periodMillis,
    long burst,
    boolean shadow,
    long penaltyMillis,
    boolean deleted)
    implements Serializable {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where one is out of its range
   */
  public RateRule {
    RateTerms.of(algorithm, limit, periodMillis, burst);
    if (penaltyMillis < 0) {
      throw new IllegalArgumentException("a penalty must not be negative: " + penaltyMillis);
    }
  }

  /** How much it admits. */
  public RateTerms terms() {
    return RateTerms.of(algorithm, limit, periodMillis, burst);
  }

  /** Whether it is for a request. */
  boolean isFor(@Nullable String ofTier, @Nullable String ofRoute) {
    return (tier == null || tier.equals(ofTier)) && (route == null || route.equals(ofRoute));
  }

  /** Whether what a key has of it goes on under another version. */
  boolean goesOn(RateRule next) {
    return !deleted && !next.deleted && dimension == next.dimension && algorithm == next.algorithm;
  }
}
