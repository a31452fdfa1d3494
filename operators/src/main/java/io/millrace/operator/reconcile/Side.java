package io.millrace.operator.reconcile;

/**
 * What has become of an entry by one rule: a field of state.
 *
 * @param ruleId id of the rule
 * @param left the rule's left ledger
 * @param right the rule's right ledger
 * @param deadline when its window has passed, in milliseconds since the epoch
 * @param status what has become of it
 * @param deal the match or break that it is in, or the key that it was handed to; empty for none
 */
public record Side(
    String ruleId, String left, String right, long deadline, Status status, String deal) {
  /** What may become of an entry. */
  public enum Status {
    /** It is not known yet. */
    NEW,
    /** It waits for a partner. */
    OPEN,
    /** It is in a match. */
    MATCHED,
    /** It is in a break. */
    BROKEN,
    /** It was handed over to where leftovers are matched. */
    MOVED
  }

  Side with(Status changed, String by) {
    return new Side(ruleId, left, right, deadline, changed, by);
  }

  Side until(long later) {
    return new Side(ruleId, left, right, later, status, deal);
  }
}
