package io.millrace.operator.reconcile;

import io.millrace.operator.sketch.Utf8Order;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;

/**
 * How the entries of two ledgers are matched from a time on.
 *
 * @param ruleId id of the rule
 * @param version of two in effect the greater counts
 * @param at it applies to entries that are not before this time, in milliseconds since the epoch
 * @param left one ledger
 * @param right the other one
 * @param stages how a match is found, tried one after the other
 * @param windowMillis how far apart the times of entries that match may be
 * @param deleted whether nothing is matched by it any more
 */
public record PairRule(
    String ruleId,
    long version,
    long at,
    String left,
    String right,
    List<Stage> stages,
    long windowMillis,
    boolean deleted)
    implements Serializable {
  /** The window of a rule that gives none: three days. */
  public static final long DEFAULT_WINDOW_MILLIS = 3L * 24 * 3_600_000;

  /** As {@link Stage#dateDays}: value dates make no difference. */
  public static final int ANY_DAYS = -1;

  /** The stages of a rule that gives none. */
  public static final List<Stage> EXACT_ONLY = List.of(new Stage(StageKind.EXACT, 0, 0, ANY_DAYS));

  private static final String DEFAULT_PREFIX = "default:";

  /**
   * One way to find a match.
   *
   * @param kind which
   * @param amountFloorMinor by how much amounts may always differ, in the minor unit
   * @param amountPercent by how many percent of the left amount they may differ, if that is more
   * @param dateDays how many days value dates may be apart; {@link #ANY_DAYS} for any number
   */
  public record Stage(StageKind kind, long amountFloorMinor, double amountPercent, int dateDays)
      implements Serializable {
    /** By how much the amounts may differ, in the minor unit. */
    long toleranceMinor(long leftMinor) {
      long share =
          BigDecimal.valueOf(amountPercent)
              .multiply(BigDecimal.valueOf(leftMinor).abs())
              .movePointLeft(2)
              .longValue();
      return Math.max(amountFloorMinor, share);
    }

    /** Whether the value dates are near enough. */
    boolean datesFit(LedgerEntry left, LedgerEntry right) {
      return dateDays == ANY_DAYS || Math.abs(left.valueDay() - right.valueDay()) <= dateDays;
    }
  }

  /** The rule for two ledgers where nobody gave one: the lesser name is left. */
  static PairRule byDefault(String ledger, String other) {
    boolean inOrder = Utf8Order.INSTANCE.compare(ledger, other) < 0;
    String left = inOrder ? ledger : other;
    String right = inOrder ? other : ledger;
    return new PairRule(
        defaultId(left, right),
        0,
        Long.MIN_VALUE,
        left,
        right,
        EXACT_ONLY,
        DEFAULT_WINDOW_MILLIS,
        false);
  }

  private static String defaultId(String left, String right) {
    return DEFAULT_PREFIX + left + ":" + right;
  }

  /** Whether nobody gave the rule of a side. */
  static boolean isDefault(Side side) {
    return side.ruleId().startsWith(DEFAULT_PREFIX)
        && side.ruleId().equals(defaultId(side.left(), side.right()));
  }

  /** Whether a ledger is one of the two. */
  boolean concerns(String ledger) {
    return left.equals(ledger) || right.equals(ledger);
  }

  /** Whether two entries are near enough to match. */
  boolean inWindow(LedgerEntry one, LedgerEntry other) {
    return Math.abs(one.at() - other.at()) <= windowMillis;
  }

  /** When the window of an entry has passed. */
  long deadline(LedgerEntry entry) {
    return entry.at() + windowMillis;
  }
}
