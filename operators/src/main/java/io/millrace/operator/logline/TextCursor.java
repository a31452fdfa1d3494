package io.millrace.operator.logline;

/** A position in a line that only moves forward. */
final class TextCursor {
  private final String text;
  private int position;

  TextCursor(String text) {
    this.text = text;
  }

  int position() {
    return position;
  }

  boolean atEnd() {
    return position == text.length();
  }

  /** The next character, or 0 at the end. */
  char peek() {
    return atEnd() ? 0 : text.charAt(position);
  }

  /** Whether the rest begins with this; if so it is skipped. */
  boolean skipIf(String expected) {
    boolean found = text.startsWith(expected, position);
    position += found ? expected.length() : 0;
    return found;
  }

  void skip(String expected, String what) throws LineException {
    if (!skipIf(expected)) {
      throw missing(what);
    }
  }

  /** Skips blanks and tabs. */
  void skipBlanks() {
    while (peek() == ' ' || peek() == '\t') {
      position++;
    }
  }

  /** The text before the next {@code end}, which is skipped; it is not empty. */
  String until(String end, String what) throws LineException {
    int found = text.indexOf(end, position);
    if (found <= position) {
      throw missing(what);
    }
    String taken = text.substring(position, found);
    position = found + end.length();
    return taken;
  }

  /** The text up to the next blank or the end of the first line; it is not empty. */
  String word(String what) throws LineException {
    int end = position;
    while (end < text.length() && !isBlank(text.charAt(end))) {
      end++;
    }
    if (end == position) {
      throw missing(what);
    }
    return take(end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  /** The text up to a position. */
  String take(int end) {
    String taken = text.substring(position, end);
    position = end;
    return taken;
  }

  /** So many characters, or the rest where there are fewer. */
  String next(int count) {
    return take(Math.min(text.length(), position + count));
  }

  /** The whole rest. */
  String rest() {
    return take(text.length());
  }

  /**
   * The text before the next quote that no backslash escapes, which is skipped; escapes stay as
   * they are.
   */
  String quoted(String what) throws LineException {
    for (int i = position; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        String taken = text.substring(position, i);
        position = i + 1;
        return taken;
      }
      if (c == '\\') {
        i++;
      }
    }
    throw missing(what);
  }

  /** That something else was expected here. */
  LineException missing(String what) {
    return new LineException(LineFault.INVALID_LINE, position, "expected " + what);
  }

  /** A number of 1 to so many digits. */
  static long number(String digits, int most, int position, String what) throws LineException {
    boolean isNumber = !digits.isEmpty() && digits.length() <= most;
    for (int i = 0; isNumber && i < digits.length(); i++) {
      isNumber = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    if (!isNumber) {
      throw new LineException(
          LineFault.INVALID_LINE,
          position,
          "expected " + what + ", a number of at most " + most + " digits,");
    }
    return Long.parseLong(digits);
  }
}
