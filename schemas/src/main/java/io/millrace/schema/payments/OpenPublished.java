package io.millrace.schema.payments;

import org.jspecify.annotations.Nullable;

/**
 * An entry whose window had not passed at the end of a bounded run. Identity: {@code (entryId,
 * ruleId)}.
 *
 * @param entryId id of the entry
 * @param ledger whose entry it is
 * @param ruleId the rule by which it waits; absent where no rule applies to it
 * @param openedAt when it was booked, in milliseconds since the epoch
 */
public record OpenPublished(
    String entryId, String ledger, @Nullable String ruleId, long openedAt) {}
