package io.millrace.schema.payments;

import java.util.List;

/**
 * Entries that have no place in a match. Identity: {@code (breakId, revision)}; the greatest
 * revision counts.
 *
 * @param breakId a hash of rule, type and entries
 * @param ruleId the rule by which it is one
 * @param revision 0 at first, and one more with each change
 * @param type amount-over or amount-under (the right amount against the left one), currency,
 *     missing-left or missing-right (the side that has no entry), duplicate or late-match
 * @param ledgerLeft the rule's left ledger
 * @param ledgerRight its right ledger
 * @param entryIds the entries; of a duplicate the later one first, else the left one
 * @param amountMinor of missing and duplicate the amount of the first entry, else by how much the
 *     right amount exceeds the left one, in the minor unit
 * @param currency that of the amount
 * @param openedAt when it became a break, in milliseconds since the epoch
 * @param state open, cleared (what was missing came) or resolved (a person decided)
 * @param history what happened to it, the first first
 */
public record BreakPublished(
    String breakId,
    String ruleId,
    long revision,
    String type,
    String ledgerLeft,
    String ledgerRight,
    List<String> entryIds,
    long amountMinor,
    String currency,
    long openedAt,
    String state,
    List<BreakStep> history) {}
