package io.millrace.schema.logs;

/** The forms that lines of logs have. */
public enum LogFormat {
  /** A JSON object a line. */
  JSON,
  /** Names and values: {@code level=info msg="it works"}. */
  LOGFMT,
  /** The combined format of web servers. */
  COMBINED,
  /** The common format of web servers. */
  COMMON,
  /** Syslog as BSD wrote it. */
  RFC3164,
  /** Syslog with structured data. */
  RFC5424,
  /** Layouts of log4j, with stack traces. */
  LOG4J,
  /** Comma-separated values under a declared header. */
  CSV,
  /** What a regular expression says. */
  PATTERN
}
