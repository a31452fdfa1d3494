package io.millrace.schema.payments;

import io.millrace.schema.codec.Range;
import org.jspecify.annotations.Nullable;

/**
 * One way to find a match.
 *
 * @param kind which
 * @param amountFloorMinor by how much amounts may always differ, in the minor unit; absent: 0
 * @param amountPercent by how many percent of the left amount they may differ, where that is more;
 *     absent: 0
 * @param dateDays how many days the value dates may be apart; absent: any number
 */
public record MatchStage(
    Kind kind,
    @Range(min = 0, max = LedgerEntryRecorded.MOST_MINOR) @Nullable Long amountFloorMinor,
    @Range(min = 0, max = 100) @Nullable Double amountPercent,
    @Range(min = 0, max = 366) @Nullable Integer dateDays) {
  /** The ways. */
  public enum Kind {
    /** The same reference, currency and amount. */
    EXACT,
    /** The same reference and currency, and nearly the same amount. */
    TOLERANCE,
    /** The same reference and currency, gross on one side and net of an agreed fee on the other. */
    FEE,
    /** The same reference, and the same amount in another currency. */
    FX,
    /** One entry on one side is the sum of several on the other. */
    GROUP_SUM,
    /** No match, but a hint for a person of what may belong together. */
    SUGGEST
  }
}
