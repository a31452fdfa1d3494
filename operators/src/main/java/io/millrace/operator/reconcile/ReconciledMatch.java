package io.millrace.operator.reconcile;

import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/**
 * A match that was made or undone, with its entries.
 *
 * @param match the match
 * @param entries its entries, in its order
 */
@TypeInfo(LedgerType.OfMatch.class)
public record ReconciledMatch(PairMatch match, List<LedgerEntry> entries) {}
