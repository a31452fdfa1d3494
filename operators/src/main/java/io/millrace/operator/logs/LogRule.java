package io.millrace.operator.logs;

/**
 * A version of a rule that alarms on what is logged, or says how much of it is kept.
 *
 * @param ruleId id of the rule
 * @param version greater in each version
 * @param at it is for lines of that time and later, in milliseconds since the epoch
 * @param kind what it does
 * @param filter which lines it is about, as {@link io.millrace.operator.logline.LineFilter} reads
 *     it
 * @param windowMillis length of its windows, positive
 * @param threshold what is too many, too few or too great a share; of those that sample, one of so
 *     many lines is kept
 * @param groupBy names with commas of what lines are told apart by; empty for one group
 * @param deleted whether the rule ends with this version
 */
public record LogRule(
    String ruleId,
    long version,
    long at,
    Kind kind,
    String filter,
    long windowMillis,
    double threshold,
    String groupBy,
    boolean deleted) {
  /** What a rule alarms on, or what else it does. */
  public enum Kind {
    /** At least so many lines. */
    COUNT,
    /** Fewer lines than so many. */
    ABSENCE,
    /** At least such a share of the lines of the group. */
    RATIO,
    /** At least so many messages of a form that the group had not before. */
    NEW_PATTERN,
    /** Alarms on nothing: of the lines that it is about one of so many is kept. */
    SAMPLE
  }
}
