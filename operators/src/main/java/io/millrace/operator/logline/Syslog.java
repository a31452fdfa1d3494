package io.millrace.operator.logline;

/** What both forms of syslog begin with. */
final class Syslog {
  private static final int MOST_PRIORITY = 191;
  private static final int SEVERITIES = 8;

  private Syslog() {}

  /** The level of the priority that the line begins with, which is skipped with its brackets. */
  static LogLevel level(TextCursor cursor) throws LineException {
    cursor.skip("<", "a priority in angle brackets");
    int at = cursor.position();
    String digits = cursor.until(">", "a priority in angle brackets");
    long priority = TextCursor.number(digits, 3, at, "a priority");
    if (priority > MOST_PRIORITY || (digits.length() > 1 && digits.charAt(0) == '0')) {
      throw new LineException(
          LineFault.INVALID_LINE, at, "expected a priority from 0 to " + MOST_PRIORITY);
    }
    return LogLevel.ofSeverity((int) priority % SEVERITIES);
  }
}
