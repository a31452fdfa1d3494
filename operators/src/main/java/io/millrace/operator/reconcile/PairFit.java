package io.millrace.operator.reconcile;

import io.millrace.operator.reconcile.PairRule.Stage;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How well two entries fit together by a stage.
 *
 * @param varianceMinor by how much the right amount exceeds the left one, converted where they are
 *     in two currencies
 * @param currency that of the variance
 * @param distanceMinor how far the right amount is from what the stage expects; not negative
 * @param distanceDays how far apart the value dates are
 */
record PairFit(long varianceMinor, String currency, long distanceMinor, long distanceDays) {

  /** How two entries fit; null where they don't. */
  static @Nullable PairFit of(Stage stage, LedgerEntry left, LedgerEntry right, Rulebook rules) {
    if (!stage.datesFit(left, right)) {
      return null;
    }
    boolean sameCurrency = left.currency().equals(right.currency());
    return switch (stage.kind()) {
      case EXACT ->
          sameCurrency && left.amountMinor() == right.amountMinor()
              ? near(stage, left, right, left.amountMinor())
              : null;
      case TOLERANCE -> sameCurrency ? near(stage, left, right, left.amountMinor()) : null;
      case FEE -> sameCurrency ? lessFee(stage, left, right, rules) : null;
      case FX -> sameCurrency ? null : converted(stage, left, right, rules);
      case GROUP_SUM, SUGGEST, MANUAL -> null;
    };
  }

  private static @Nullable PairFit lessFee(
      Stage stage, LedgerEntry left, LedgerEntry right, Rulebook rules) {
    long at = Math.max(left.at(), right.at());
    OptionalLong rightNet = rules.net(right.ledger(), left.currency(), left.amountMinor(), at);
    if (rightNet.isPresent()) {
      return near(stage, left, right, rightNet.getAsLong());
    }
    OptionalLong leftNet = rules.net(left.ledger(), right.currency(), right.amountMinor(), at);
    if (leftNet.isEmpty()) {
      return null;
    }
    long distance = Math.abs(left.amountMinor() - leftNet.getAsLong());
    return distance > stage.toleranceMinor(left.amountMinor())
        ? null
        : fit(left, right, right.amountMinor() - left.amountMinor(), distance);
  }

  private static @Nullable PairFit converted(
      Stage stage, LedgerEntry left, LedgerEntry right, Rulebook rules) {
    OptionalLong expected =
        rules.converted(
            left.amountMinor(), left.currency(), right.currency(), Math.max(left.at(), right.at()));
    if (expected.isEmpty()) {
      return null;
    }
    long variance = right.amountMinor() - expected.getAsLong();
    return Math.abs(variance) > stage.toleranceMinor(expected.getAsLong())
        ? null
        : fit(left, right, variance, Math.abs(variance));
  }

  private static @Nullable PairFit near(
      Stage stage, LedgerEntry left, LedgerEntry right, long expectedMinor) {
    long distance = Math.abs(right.amountMinor() - expectedMinor);
    return distance > stage.toleranceMinor(left.amountMinor())
        ? null
        : fit(left, right, right.amountMinor() - left.amountMinor(), distance);
  }

  private static PairFit fit(LedgerEntry left, LedgerEntry right, long variance, long distance) {
    return new PairFit(
        variance, right.currency(), distance, Math.abs(left.valueDay() - right.valueDay()));
  }

  /** Whether it is better: nearer in amount, or as near and nearer in value date. */
  boolean isBetterThan(PairFit other) {
    return distanceMinor != other.distanceMinor
        ? distanceMinor < other.distanceMinor
        : distanceDays < other.distanceDays;
  }
}
