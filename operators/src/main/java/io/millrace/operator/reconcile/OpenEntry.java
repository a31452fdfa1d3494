package io.millrace.operator.reconcile;

/**
 * An entry that waits at the end of the input.
 *
 * @param entry the entry
 * @param ruleId the rule by which it does; empty where none applies
 */
public record OpenEntry(LedgerEntry entry, String ruleId) {}
