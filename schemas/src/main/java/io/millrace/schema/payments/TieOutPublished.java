package io.millrace.schema.payments;

/**
 * How two ledgers compare on a day. Identity: {@code (ruleId, day, left, right, currency,
 * revision)}; the greatest revision counts.
 *
 * @param day the day of the entries' times in UTC, {@code 2026-01-31}
 * @param left the left ledger
 * @param right the right ledger
 * @param currency the currency of the amounts
 * @param ruleId the rule by which they are compared
 * @param leftSum sum of the left ledger's amounts, in the minor unit
 * @param rightSum sum of the right ledger's amounts, in the minor unit
 * @param matched how many entries of both ledgers are matched
 * @param open how many wait for their window to pass
 * @param breaks how many are in breaks
 * @param revision 0 at first, and one more with each change that was published
 */
public record TieOutPublished(
    String day,
    String left,
    String right,
    String currency,
    String ruleId,
    long leftSum,
    long rightSum,
    long matched,
    long open,
    long breaks,
    long revision) {}
