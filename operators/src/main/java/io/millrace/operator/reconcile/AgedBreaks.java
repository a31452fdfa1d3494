package io.millrace.operator.reconcile;

import java.util.List;

/**
 * How many breaks of a rule stand at each age.
 *
 * @param ruleId id of the rule
 * @param left the rule's left ledger
 * @param right the rule's right ledger
 * @param counts by {@link Age}, the youngest first
 * @param at the latest time at which one was opened or reached an age, in milliseconds since the
 *     epoch
 */
public record AgedBreaks(String ruleId, String left, String right, List<Long> counts, long at) {}
