package io.millrace.schema.logs;

/** What a rule of logs alarms on, or what else it does. */
public enum LogRuleKind {
  /** At least so many lines. */
  COUNT,
  /** Fewer lines than so many. */
  ABSENCE,
  /** At least such a share of the lines. */
  RATIO,
  /** At least so many messages of a form that was not there before. */
  NEW_PATTERN,
  /** Alarms on nothing: of the lines that it is about one of so many is searched for. */
  SAMPLE
}
