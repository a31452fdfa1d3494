package io.millrace.operator.logs;

/**
 * That a rule alarms on a window, or does so no longer.
 *
 * @param ruleId the rule
 * @param group what the lines have in common
 * @param windowStart start of the window, in milliseconds since the epoch
 * @param windowEnd its end, exclusive
 * @param fires whether it begins, else ends
 * @param value what was compared with the threshold
 */
public record LogAlert(
    String ruleId, String group, long windowStart, long windowEnd, boolean fires, double value) {

  /** Rule, group and window. */
  public String id() {
    return ruleId + ":" + windowStart + ":" + (windowEnd - windowStart) + ":" + group;
  }
}
