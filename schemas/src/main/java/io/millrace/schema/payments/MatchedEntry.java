package io.millrace.schema.payments;

/**
 * An entry in a match.
 *
 * @param entryId id of the entry
 * @param ledger whose entry it is
 * @param amountMinor its amount in the minor unit
 * @param currency its currency
 * @param at when it was booked, in milliseconds since the epoch
 */
public record MatchedEntry(
    String entryId, String ledger, long amountMinor, String currency, long at) {}
