package io.millrace.operator.reconcile;

import java.util.List;

/** How the entries of a book are matched. Times passed to the methods must not fall. */
interface Matching {
  /**
   * Takes an entry.
   *
   * @param now the time up to which everything is known
   */
  void take(Waiting entry, long now);

  /** Decides what can be decided at a time. */
  void settle(long now);

  /**
   * Decides everything, for no more comes, and says what waits.
   *
   * @param last the largest time of the input; no later window has passed
   */
  void finish(long last);

  /** When something may be decided about an entry that waits by a rule. */
  List<Long> times(Side side, LedgerEntry entry);
}
