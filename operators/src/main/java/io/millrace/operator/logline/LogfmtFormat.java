package io.millrace.operator.logline;

/**
 * Reads names and values: {@code level=info msg="it works" took=3ms}. Every name has a value, which
 * may be empty; in quotes, a backslash escapes as in JSON.
 */
final class LogfmtFormat implements LineParser.Format {
  private final NamedFields names;

  LogfmtFormat(LineSource source, TimeText times) {
    names = new NamedFields(source, times);
  }

  @Override
  public ParsedLine read(String text, long arrivedAt) throws LineException {
    names.begin();
    TextCursor cursor = new TextCursor(text);
    cursor.skipBlanks();
    if (cursor.atEnd()) {
      throw cursor.missing("a name");
    }
    while (!cursor.atEnd()) {
      int nameAt = cursor.position();
      String name = name(text, cursor);
      cursor.skip("=", "= after a name");
      int valueAt = cursor.position();
      String value = cursor.skipIf("\"") ? quoted(cursor) : plain(text, cursor);
      if (!names.add(names.named(name), value, valueAt)) {
        throw new LineException(
            LineFault.DUPLICATE_FIELD, nameAt, "a field is there a second time");
      }
      if (!cursor.atEnd() && cursor.peek() != ' ' && cursor.peek() != '\t') {
        throw cursor.missing("a blank after a value");
      }
      cursor.skipBlanks();
    }
    return names.record(arrivedAt);
  }

  private static String name(String text, TextCursor cursor) throws LineException {
    int end = cursor.position();
    while (end < text.length() && text.charAt(end) > ' ' && "=\"".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    if (end == cursor.position()) {
      throw cursor.missing("a name");
    }
    return cursor.take(end);
  }

  private static String plain(String text, TextCursor cursor) {
    int end = cursor.position();
    while (end < text.length() && text.charAt(end) > ' ' && text.charAt(end) != '"') {
      end++;
    }
    return cursor.take(end);
  }

  private static String quoted(TextCursor cursor) throws LineException {
    int start = cursor.position();
    String raw = cursor.quoted("the end of a quoted value");
    if (raw.indexOf('\\') < 0) {
      return raw;
    }
    StringBuilder made = new StringBuilder(raw.length());
    int at = 0;
    while (at < raw.length()) {
      char c = raw.charAt(at);
      if (c == '\\') {
        at++;
        made.append(escaped(raw.charAt(at), start + at));
      } else {
        made.append(c);
      }
      at++;
    }
    return made.toString();
  }

  private static char escaped(char c, int position) throws LineException {
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case '"', '\\', '/' -> c;
      default ->
          throw new LineException(
              LineFault.INVALID_LINE, position, "expected an escape such as \\n");
    };
  }
}
