package io.millrace.schema.logs;

/** What a rule of logs alarms on. */
public enum LogRuleKind {
  /** At least so many lines. */
  COUNT,
  /** Fewer lines than so many. */
  ABSENCE,
  /** At least such a share of the lines. */
  RATIO,
  /** At least so many messages of a form that was not there before. */
  NEW_PATTERN
}
