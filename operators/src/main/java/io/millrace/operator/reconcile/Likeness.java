package io.millrace.operator.reconcile;

import java.util.HashSet;
import java.util.Set;

/**
 * How much two entries have in common: the amount by a half, the reference by three tenths, the
 * value date and the counterparty by a tenth each.
 *
 * <p><b>Time</b>: O(length of the references), of which the first {@value #MOST_CHARS} characters
 * count.
 *
 * <p><b>Source</b>: Dice's coefficient of pairs of letters (Dice, "Measures of the Amount of
 * Ecologic Association Between Species", 1945) for references.
 */
final class Likeness {
  private static final int MOST_CHARS = 64;
  private static final double AMOUNT = 0.5;
  private static final double REFERENCE = 0.3;
  private static final double DATE = 0.1;
  private static final double COUNTERPARTY = 0.1;

  /** An amount that is off by a tenth counts for nothing. */
  private static final double AMOUNT_SLOPE = 10;

  private static final double STEPS = 100;

  private Likeness() {}

  /** From 0, nothing, to 1, all; in hundredths. */
  static double of(LedgerEntry left, LedgerEntry right) {
    double larger =
        Math.max(1, Math.max(Math.abs(left.amountMinor()), Math.abs(right.amountMinor())));
    double off = Math.abs((double) left.amountMinor() - right.amountMinor()) / larger;
    double likeness =
        AMOUNT * Math.max(0, 1 - AMOUNT_SLOPE * off)
            + REFERENCE * ofTexts(left.reference(), right.reference())
            + DATE / (1 + Math.abs(left.valueDay() - right.valueDay()))
            + (left.counterparty().equals(right.counterparty()) ? COUNTERPARTY : 0);
    return Math.floor(likeness * STEPS + 1e-9) / STEPS;
  }

  private static double ofTexts(String one, String other) {
    Set<Integer> pairs = pairs(one);
    Set<Integer> others = pairs(other);
    int sum = pairs.size() + others.size();
    pairs.retainAll(others);
    return sum == 0 ? 0 : 2.0 * pairs.size() / sum;
  }

  private static Set<Integer> pairs(String text) {
    Set<Integer> pairs = new HashSet<>();
    for (int i = 1; i < Math.min(MOST_CHARS, text.length()); i++) {
      pairs.add(text.charAt(i - 1) << Character.SIZE | text.charAt(i));
    }
    return pairs;
  }
}
