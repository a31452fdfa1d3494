package io.millrace.operator.reconcile;

import java.util.List;

/**
 * An entry and what has become of it: a field of state.
 *
 * @param entry the entry
 * @param repeats id of the entry that it is a duplicate of; empty for none
 * @param sides what has become of it, by rule
 */
public record Held(LedgerEntry entry, String repeats, List<Side> sides) {}
