package io.millrace.operator.reconcile;

import java.util.List;

/**
 * Two entries that no stage matches, but that a person may.
 *
 * @param suggestionId a hash of rule and entries
 * @param ruleId id of the rule
 * @param entryIds the left one and the right one
 * @param confidence how much they have in common, from 0 to 1
 * @param varianceMinor by how much the right amount exceeds the left one
 * @param currency that of the amounts
 * @param at when both had become breaks, in milliseconds since the epoch
 */
public record Suggestion(
    String suggestionId,
    String ruleId,
    List<String> entryIds,
    double confidence,
    long varianceMinor,
    String currency,
    long at) {}
