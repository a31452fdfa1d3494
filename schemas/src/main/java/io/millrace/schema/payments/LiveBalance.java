package io.millrace.schema.payments;

/**
 * What a live row shows of two ledgers in a currency, over the days that are shown: how far the
 * account between them is from being cleared.
 *
 * @param ruleId the rule by which they are compared
 * @param left the left ledger
 * @param right the right ledger
 * @param currency the currency
 * @param balanceMinor by how much the right sums exceed the left ones, in the minor unit
 * @param open how many entries wait
 * @param breaks how many are in breaks
 */
public record LiveBalance(
    String ruleId,
    String left,
    String right,
    String currency,
    long balanceMinor,
    long open,
    long breaks) {}
