package io.millrace.schema.logs;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.IsoDurations;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.SelfChecking;
import java.time.DateTimeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A version of a rule was made that alarms on what is logged, or samples it. Identity: {@code
 * (ruleId, version)}; of the versions that apply at a time the greatest counts.
 *
 * @param ruleId id of the rule
 * @param version greater in each version
 * @param at lines of that time and later are judged by it; absent for all lines
 * @param kind what it alarms on, or {@code sample}
 * @param filter which lines it is about, as conditions such as {@code level>=ERROR source=web};
 *     absent for all
 * @param window ISO-8601 duration of its windows, which are aligned to the epoch; from a second to
 *     31 days, a minute where absent; not of {@code sample}
 * @param threshold how many lines, which share of them or how many new forms; 1 where absent. Of
 *     {@code sample} a whole number from 1 on: one of so many lines is in the index
 * @param groupBy names with commas of what lines are told apart by, such as {@code source}; absent
 *     for one group; not of {@code sample}
 * @param deleted whether the rule ends with this version
 */
@SelfChecking
public record LogRuleSet(
    @MaxLength(256) String ruleId,
    @Range(min = 0, max = Long.MAX_VALUE) long version,
    @EventTime @Nullable Long at,
    LogRuleKind kind,
    @MaxLength(10_000) @Nullable String filter,
    @MaxLength(64) @Nullable String window,
    @Range(min = 0, max = 1_000_000_000) @Nullable Double threshold,
    @MaxLength(1_000) @Nullable String groupBy,
    @Nullable Boolean deleted) {
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(31);

  /**
   * Checks what the fields alone don't say.
   *
   * @throws IllegalArgumentException where the window is no such duration, or a rule that samples
   *     has no such threshold, or what only alarms have
   */
  public LogRuleSet {
    if (window != null) {
      millis(window);
    }
    if (kind == LogRuleKind.SAMPLE) {
      requireSample(threshold, window, groupBy, Boolean.TRUE.equals(deleted));
    }
  }

  private static void requireSample(
      @Nullable Double threshold,
      @Nullable String window,
      @Nullable String groupBy,
      boolean deleted) {
    if (window != null || groupBy != null) {
      throw new IllegalArgumentException(
          "a rule of kind sample has neither window nor groupBy; leave them out");
    }
    boolean isWhole = threshold != null && threshold >= 1 && threshold == Math.rint(threshold);
    if (!isWhole && !deleted) {
      throw new IllegalArgumentException(
          "a rule of kind sample needs threshold, a whole number from 1 on: one of so many lines is"
              + " in the index");
    }
  }

  /** Length of its windows, in milliseconds. */
  public long windowMillis() {
    return window == null ? 60_000 : millis(window);
  }

  private static long millis(String window) {
    Duration duration;
    try {
      duration = IsoDurations.parse(window);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "the window must be an ISO-8601 duration such as PT1M or PT1H", e);
    }
    if (duration.compareTo(SHORTEST) < 0
        || duration.compareTo(LONGEST) > 0
        || !duration.equals(Duration.ofMillis(duration.toMillis()))) {
      throw new IllegalArgumentException(
          "the window must be from a second to 31 days, and a whole number of milliseconds");
    }
    return duration.toMillis();
  }
}
