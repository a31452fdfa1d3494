package io.millrace.operator.logs;

/**
 * What a line means to a rule.
 *
 * @param ruleId the rule
 * @param version its version
 * @param kind what it alarms on
 * @param windowMillis length of its windows
 * @param threshold what is too many, too few or too great a share
 * @param group what the line has in common with others; empty for a rule without groups
 * @param at the line's time, in milliseconds since the epoch
 * @param matches whether the rule is about the line, and not only about its group
 * @param form form of its message, for rules about new ones; else 0
 */
public record RuleHit(
    String ruleId,
    long version,
    LogRule.Kind kind,
    long windowMillis,
    double threshold,
    String group,
    long at,
    boolean matches,
    long form) {

  /** Hits with the same are judged together. */
  public String judge() {
    return String.join("\u0000", ruleId, kind.name(), Long.toString(windowMillis), group);
  }
}
