package io.millrace.schema.payments;

import java.util.List;

/**
 * Two entries that no stage matches look alike. Identity: {@code suggestionId}.
 *
 * @param suggestionId a hash of rule and entries
 * @param ruleId id of the rule
 * @param entryIds the left entry and the right one
 * @param confidence how much they have in common, from 0 to 1: amounts count for a half, references
 *     for three tenths, value dates and counterparties for a tenth each
 * @param varianceMinor by how much the right amount exceeds the left one, in the minor unit
 * @param currency that of the amounts
 * @param at when both had become breaks, in milliseconds since the epoch
 */
public record MatchSuggested(
    String suggestionId,
    String ruleId,
    List<String> entryIds,
    double confidence,
    long varianceMinor,
    String currency,
    long at) {}
