package io.millrace.operator.reconcile;

import java.util.List;

/** Where what was decided goes. */
interface Outcomes {
  /** A match was made or undone. */
  void matched(PairMatch match, List<LedgerEntry> entries);

  /** A break was opened or has changed. */
  void broken(PairBreak changed);

  /** A break stands, is older, or no longer stands. */
  void aged(Aged aged);

  /**
   * An entry waits at the end of the input.
   *
   * @param ruleId the rule by which it does; empty where none applies
   */
  void open(LedgerEntry entry, String ruleId);

  /**
   * An entry is handed over to where leftovers are matched.
   *
   * @param key the key that it goes to
   * @param at when, in milliseconds since the epoch
   */
  void handedOver(long key, long at, LedgerEntry entry, Side side);

  /** A decision is about entries that were handed over to a key. */
  void forwarded(long key, Resolution resolution);

  /** Two entries look alike. */
  void suggested(Suggestion suggestion);

  /** An entry's status has changed. */
  void posted(Posting posting);

  /** A decision was carried out, or why it was not. */
  void resolved(Resolution resolution, String refusal);
}
