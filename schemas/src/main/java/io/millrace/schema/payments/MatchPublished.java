package io.millrace.schema.payments;

import java.util.List;

/**
 * Entries belong together, or no longer do. Identity: {@code (matchId, revision)}; the greatest
 * revision counts.
 *
 * @param matchId a hash of the sorted ids of the entries
 * @param ruleId the rule that they match by
 * @param stage the stage of it: exact, tolerance, fee, fx or group-sum; manual: a person decided
 * @param entries those of the left ledger, then those of the right one, each in the order of time
 * @param varianceMinor by how much the right amounts exceed the left ones, in the minor unit; of
 *     fx, after the left ones were converted
 * @param currency that of the variance
 * @param at the latest time of the entries, or that of the decision, in milliseconds since the
 *     epoch
 * @param revision 0 at first, and one more with each change
 * @param state matched or unmatched
 */
public record MatchPublished(
    String matchId,
    String ruleId,
    String stage,
    List<MatchedEntry> entries,
    long varianceMinor,
    String currency,
    long at,
    long revision,
    String state) {}
