package io.millrace.operator.reconcile;

import java.util.Locale;

/** Why entries have no place in a match. */
public enum BreakType {
  /** The right amount is more than the left one. */
  AMOUNT_OVER,
  /** The right amount is less than the left one. */
  AMOUNT_UNDER,
  /** The currencies differ. */
  CURRENCY,
  /** The left ledger has no entry for it. */
  MISSING_LEFT,
  /** The right ledger has no entry for it. */
  MISSING_RIGHT,
  /** It repeats another entry of its ledger. */
  DUPLICATE,
  /** It came after its partner's window had passed. */
  LATE_MATCH;

  /** Its name in rows: kebab-case. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean isMissing() {
    return this == MISSING_LEFT || this == MISSING_RIGHT;
  }
}
