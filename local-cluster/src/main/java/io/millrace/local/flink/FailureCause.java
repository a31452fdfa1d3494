package io.millrace.local.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Says in one line why something failed. */
public final class FailureCause {
  private static final String CAUSED_BY = "Caused by: ";
  private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
  private static final int MAX_CHARS = 400;

  private FailureCause() {}

  /** The first cause in a printed stack trace: its simple class name and its message. */
  public static String of(String stackTrace) {
    String cause = "";
    for (String line : stackTrace.lines().toList()) {
      if (cause.isEmpty() || line.startsWith(CAUSED_BY)) {
        cause = line.startsWith(CAUSED_BY) ? line.substring(CAUSED_BY.length()) : line;
      }
    }
    int colon = cause.indexOf(": ");
    String type = colon < 0 ? cause : cause.substring(0, colon);
    String rest = colon < 0 ? "" : cause.substring(colon);
    return oneLine(type.substring(type.lastIndexOf('.') + 1) + rest);
  }

  /** The first cause of a failure: its simple class name and its message. */
  public static String of(Throwable failure) {
    List<Throwable> seen = new ArrayList<>();
    Throwable cause = failure;
    while (cause.getCause() != null && !seen.contains(cause.getCause())) {
      seen.add(cause);
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    String type = cause.getClass().getSimpleName();
    return oneLine(message == null ? type : type + ": " + message);
  }

  /** A failure's own message on one line, or its class where it has none. */
  public static String oneLine(Throwable failure) {
    String message = failure.getMessage();
    return oneLine(message == null ? failure.getClass().getSimpleName() : message);
  }

  /** A text on one line, cut where it is long. */
  public static String oneLine(String text) {
    String line = WHITE_SPACE.matcher(text).replaceAll(" ").strip();
    return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "...";
  }
}
