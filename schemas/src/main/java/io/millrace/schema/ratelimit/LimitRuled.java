package io.millrace.schema.ratelimit;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.IsoDurations;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.SelfChecking;
import java.time.DateTimeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A version of a rule was made. Identity: {@code (ruleId, version)}; of the versions that apply at
 * a time the greatest counts.
 *
 * @param ruleId id of the rule
 * @param version greater in each version
 * @param at from when on it applies
 * @param dimension of which it limits each key
 * @param tier of the requests that it is for; absent for any
 * @param route of the requests that it is for; absent for any
 * @param algorithm how it limits
 * @param limit cost that is admitted in a period, at most 10^9; of a sliding log at most 100,000
 * @param period ISO-8601 duration of whole milliseconds; times the limit or the burst at most 2^61
 *     ms
 * @param burst capacity of buckets, queue and GCRA, at most 10^9; the limit where absent
 * @param shadow whether it refuses nothing, and verdicts only say what it would have refused
 * @param penaltyMillis for how long a key is refused after a refusal, at most a year; absent for
 *     not at all
 * @param deleted whether the rule ends with this version
 */
@SelfChecking
public record LimitRuled(
    @MaxLength(256) String ruleId,
    @Range(min = 0, max = Long.MAX_VALUE) long version,
    @EventTime long at,
    LimitedDimension dimension,
    @MaxLength(256) @Nullable String tier,
    @MaxLength(1024) @Nullable String route,
    LimitAlgorithm algorithm,
    @Range(min = 0, max = 1_000_000_000) long limit,
    @MaxLength(64) String period,
    @Range(min = 0, max = 1_000_000_000) @Nullable Long burst,
    @Nullable Boolean shadow,
    @Range(min = 0, max = 31_622_400_000L) @Nullable Long penaltyMillis,
    @Nullable Boolean deleted) {
  private static final long GREATEST_PRODUCT = 1L << 61;
  private static final long GREATEST_LOG = 100_000;

  /**
   * Checks what the fields alone don't say.
   *
   * @throws IllegalArgumentException where the period is no such duration, or it and the limit are
   *     too great together
   */
  public LimitRuled {
    long millis = millis(period);
    if (Math.max(limit, burst == null ? 0 : burst) > GREATEST_PRODUCT / millis) {
      throw new IllegalArgumentException(
          "limit and burst times the period in milliseconds must be at most 2^61; make the period"
              + " shorter and the limit less");
    }
    if (algorithm == LimitAlgorithm.SLIDING_LOG && limit > GREATEST_LOG) {
      throw new IllegalArgumentException(
          "a sliding-log admits at most 100000 a period; take a sliding-counter for a greater"
              + " limit");
    }
  }

  /** Length of the period, in milliseconds. */
  public long periodMillis() {
    return millis(period);
  }

  private static long millis(String period) {
    try {
      Duration duration = IsoDurations.parse(period);
      long millis = duration.toMillis();
      if (millis > 0 && duration.equals(Duration.ofMillis(millis))) {
        return millis;
      }
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "the period must be an ISO-8601 duration such as PT1M or P1D", e);
    }
    throw new IllegalArgumentException(
        "the period must be at least a millisecond, and a whole number of them");
  }
}
