package io.millrace.operator.reconcile;

import java.util.List;

/**
 * Entries that belong together by a rule.
 *
 * @param matchId a hash of the sorted ids of the entries
 * @param ruleId id of the rule
 * @param stage how it was found
 * @param entryIds those of the left ledger, then those of the right one
 * @param varianceMinor by how much the right amounts exceed the left ones
 * @param currency that of the variance
 * @param at the latest time of the entries, or that of the decision
 * @param revision 0 at first, and one more with each change
 * @param matched whether they do now
 */
public record PairMatch(
    String matchId,
    String ruleId,
    StageKind stage,
    List<String> entryIds,
    long varianceMinor,
    String currency,
    long at,
    long revision,
    boolean matched) {
  PairMatch now(boolean isMatched, long when) {
    return new PairMatch(
        matchId, ruleId, stage, entryIds, varianceMinor, currency, when, revision + 1, isMatched);
  }
}
