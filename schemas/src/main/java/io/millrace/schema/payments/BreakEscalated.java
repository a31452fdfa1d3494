package io.millrace.schema.payments;

import java.util.List;

/**
 * A break still stands at an age. Identity: {@code (breakId, age)}.
 *
 * @param breakId id of the break
 * @param age 1h, 24h, 3d or 7d
 * @param at when it reached that age, in milliseconds since the epoch
 * @param ruleId the rule by which it is one
 * @param type its type
 * @param ledgerLeft the rule's left ledger
 * @param ledgerRight its right ledger
 * @param entryIds the entries
 * @param amountMinor the break's amount, in the minor unit
 * @param currency that of the amount
 * @param openedAt when it became a break, in milliseconds since the epoch
 */
public record BreakEscalated(
    String breakId,
    String age,
    long at,
    String ruleId,
    String type,
    String ledgerLeft,
    String ledgerRight,
    List<String> entryIds,
    long amountMinor,
    String currency,
    long openedAt) {}
