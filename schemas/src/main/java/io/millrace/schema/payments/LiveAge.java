package io.millrace.schema.payments;

/**
 * What a live row shows of the breaks of a rule that stand.
 *
 * @param ruleId id of the rule
 * @param left the rule's left ledger
 * @param right its right ledger
 * @param age from new, for less than an hour, to 7d, for a week or more
 * @param breaks how many there are
 */
public record LiveAge(String ruleId, String left, String right, String age, long breaks) {}
