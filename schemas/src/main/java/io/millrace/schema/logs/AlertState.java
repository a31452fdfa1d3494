package io.millrace.schema.logs;

/** How an alert stands. */
public enum AlertState {
  /** What the rule alarms on was the case in its window. */
  FIRING,
  /** It was not the case any more in a later window. */
  RESOLVED
}
