package io.millrace.schema.logs;

/**
 * A rule alarmed on what was logged in a window, or that is over. Identity: {@code alertId} and
 * {@code state}.
 *
 * @param alertId rule, group and window
 * @param ruleId the rule
 * @param group what the lines have in common; empty for a rule without groups
 * @param windowStart start of the window, in milliseconds since the epoch
 * @param windowEnd its end, exclusive
 * @param state whether it stands
 * @param value what was compared with the threshold: of this window, or of the later one that
 *     resolved it
 */
public record LogAlertRaised(
    String alertId,
    String ruleId,
    String group,
    long windowStart,
    long windowEnd,
    AlertState state,
    double value) {}
