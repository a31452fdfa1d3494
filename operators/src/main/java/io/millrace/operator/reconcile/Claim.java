package io.millrace.operator.reconcile;

import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * What is said of an entry's id: an entry that has it, or a decision that names it.
 *
 * @param entryId the id
 * @param entry the entry; null where it is a decision
 * @param bodyHash a hash of all fields of the entry
 * @param resolution the decision; null where it is an entry
 */
@TypeInfo(LedgerType.OfClaim.class)
public record Claim(
    String entryId, @Nullable LedgerEntry entry, long bodyHash, @Nullable Resolution resolution) {}
