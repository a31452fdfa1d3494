package io.millrace.operator.logline;

/** The forms that lines have. */
public enum LineFormat {
  /** A JSON object. */
  JSON,
  /** Names and values with {@code =} between. */
  LOGFMT,
  /** What web servers log, with referrer and user agent. */
  COMBINED,
  /** The same without. */
  COMMON,
  /** Syslog as BSD wrote it. */
  RFC3164,
  /** Syslog with structured data. */
  RFC5424,
  /** Layouts of log4j. */
  LOG4J,
  /** Comma-separated values. */
  CSV,
  /** What a regular expression says. */
  PATTERN
}
