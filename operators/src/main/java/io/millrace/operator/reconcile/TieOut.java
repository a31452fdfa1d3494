package io.millrace.operator.reconcile;

/**
 * How two ledgers compare by a rule on a day in a currency.
 *
 * @param ruleId id of the rule
 * @param day in days since the epoch
 * @param left the left ledger
 * @param right the right ledger
 * @param currency of the sums
 * @param leftSum sum of the left amounts
 * @param rightSum sum of the right amounts
 * @param matched how many entries are matched
 * @param open how many wait
 * @param breaks how many are in breaks
 * @param revision how often it was published before
 */
public record TieOut(
    String ruleId,
    long day,
    String left,
    String right,
    String currency,
    long leftSum,
    long rightSum,
    long matched,
    long open,
    long breaks,
    long revision) {

  /** Nothing yet. */
  static TieOut none(Posting first) {
    return new TieOut(
        first.ruleId(),
        first.day(),
        first.left(),
        first.right(),
        first.currency(),
        0,
        0,
        0,
        0,
        0,
        0);
  }

  /** The sums after an entry's status has changed; an amount counts when its entry comes. */
  TieOut plus(Posting posting) {
    long amount = posting.amountMinor();
    long come = amount * -change(posting, Side.Status.NEW);
    return new TieOut(
        ruleId,
        day,
        left,
        right,
        currency,
        posting.isLeft() ? Math.addExact(leftSum, come) : leftSum,
        posting.isLeft() ? rightSum : Math.addExact(rightSum, come),
        matched + change(posting, Side.Status.MATCHED),
        open + change(posting, Side.Status.OPEN),
        breaks + change(posting, Side.Status.BROKEN),
        revision);
  }

  TieOut published() {
    return new TieOut(
        ruleId, day, left, right, currency, leftSum, rightSum, matched, open, breaks, revision + 1);
  }

  private static int change(Posting posting, Side.Status status) {
    return (posting.to() == status ? 1 : 0) - (posting.from() == status ? 1 : 0);
  }
}
