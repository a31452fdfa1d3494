package io.millrace.operator.reconcile;

import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/**
 * All that is known of one reference: state.
 *
 * @param entries its entries, in the order in which they came
 * @param matches the matches of them, those that no longer hold included
 * @param breaks the breaks of them
 * @param waiting what waits for its turn
 * @param expiresAt when it is forgotten, in milliseconds since the epoch
 */
@TypeInfo(LedgerType.OfBook.class)
public record Book(
    List<Held> entries,
    List<PairMatch> matches,
    List<PairBreak> breaks,
    List<Waiting> waiting,
    long expiresAt) {}
