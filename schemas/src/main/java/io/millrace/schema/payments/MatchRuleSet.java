package io.millrace.schema.payments;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.IsoDurations;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.SelfChecking;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the entries of two ledgers are matched from a time on.
 *
 * @param ruleId id of the rule
 * @param version its version; of those in effect at a time the greatest counts
 * @param at from when on; it applies to entries that are not before it
 * @param left the ledger that is compared with
 * @param right the ledger that is compared
 * @param stages how a match is found, tried one after the other; absent: exact
 * @param window entries may match whose times are at most so far apart, an ISO-8601 duration such
 *     as {@code P3D}, the default; at most a year
 * @param deleted whether the rule ends here
 */
@SelfChecking
public record MatchRuleSet(
    @MaxLength(256) String ruleId,
    long version,
    @EventTime long at,
    @MaxLength(256) String left,
    @MaxLength(256) String right,
    @Nullable List<MatchStage> stages,
    @MaxLength(64) @Nullable String window,
    @Nullable Boolean deleted) {
  private static final Duration LONGEST = Duration.ofDays(366);

  /**
   * Checks the ledgers and the window.
   *
   * @throws IllegalArgumentException where the ledgers are one, or the window is no duration from 0
   *     to a year
   */
  public MatchRuleSet {
    if (left.equals(right)) {
      throw new IllegalArgumentException("fields \"left\" and \"right\" must differ");
    }
    if (window != null) {
      try {
        Duration duration = IsoDurations.parse(window);
        if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
          throw new IllegalArgumentException("field \"window\" must be from PT0S to P366D");
        }
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(
            "field \"window\" must be an ISO-8601 duration such as P3D or PT36H", e);
      }
    }
  }
}
