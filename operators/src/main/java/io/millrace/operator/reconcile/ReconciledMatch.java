package io.millrace.operator.reconcile;

import java.util.List;

/**
 * A match that was made or undone, with its entries.
 *
 * @param match the match
 * @param entries its entries, in its order
 */
public record ReconciledMatch(PairMatch match, List<LedgerEntry> entries) {}
