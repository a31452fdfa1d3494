package io.millrace.operator.reconcile;

/**
 * An entry's status by a rule has changed.
 *
 * @param ruleId id of the rule
 * @param day the day of the entry in UTC, in days since the epoch
 * @param left the rule's left ledger
 * @param right the rule's right ledger
 * @param currency of the amount
 * @param isLeft whether the entry is of the left ledger
 * @param amountMinor the entry's amount
 * @param from its status before
 * @param to its status now
 */
public record Posting(
    String ruleId,
    long day,
    String left,
    String right,
    String currency,
    boolean isLeft,
    long amountMinor,
    Side.Status from,
    Side.Status to) {}
