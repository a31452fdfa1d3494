package io.millrace.operator.reconcile;

import java.util.Locale;

/** How a match was found. */
public enum StageKind {
  /** The same reference, currency and amount; found as soon as both sides are there. */
  EXACT,
  /** Nearly the same amount. */
  TOLERANCE,
  /** The same amount but for an agreed fee. */
  FEE,
  /** The same amount in another currency. */
  FX,
  /** One is the sum of several. */
  GROUP_SUM,
  /** No match, but a hint. */
  SUGGEST,
  /** A person decided. */
  MANUAL;

  /** Its name in rows: kebab-case. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
