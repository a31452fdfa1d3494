package io.millrace.operator.reconcile;

import java.util.List;

/**
 * The latest days of two ledgers by a rule.
 *
 * @param ruleId id of the rule
 * @param left the left ledger
 * @param right the right ledger
 * @param days the days by currency, the latest first
 */
public record PairDays(String ruleId, String left, String right, List<TieOut> days) {}
