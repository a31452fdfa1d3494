package io.millrace.operator.logline;

import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads syslog with structured data. A parameter is the field {@code <id>.<name>}; of one that is
 * there several times all values are kept, with commas.
 *
 * <p><b>Source</b>: RFC 5424, section 6.
 */
final class Rfc5424Format implements LineParser.Format {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 6, true)
          .optionalEnd()
          .appendPattern("XXX")
          .toFormatter(Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final String NIL = "-";
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final LineSource source;
  private final TimeText times;

  Rfc5424Format(LineSource source) {
    this.source = source;
    this.times = TimeText.of(source);
  }

  @Override
  public ParsedLine read(String text, long arrivedAt) throws LineException {
    TextCursor cursor = new TextCursor(text);
    LogLevel level = Syslog.level(cursor);
    cursor.skip("1 ", "version 1");
    int timeAt = cursor.position();
    String time = header(cursor, 32, "the time");
    long at = time.equals(NIL) ? arrivedAt : times.read(time, TIME, arrivedAt, timeAt);
    String host = present(header(cursor, 255, "the host"));
    String program = present(header(cursor, 48, "the name of the application"));
    Map<String, String> fields = new LinkedHashMap<>();
    put(fields, "logger", program);
    put(fields, "procid", present(header(cursor, 128, "the process")));
    put(fields, "msgid", present(header(cursor, 32, "the kind of message")));
    if (!cursor.skipIf(NIL)) {
      structuredData(text, cursor, fields);
    }
    if (!cursor.atEnd()) {
      cursor.skip(" ", "a blank before the message");
      cursor.skipIf(BYTE_ORDER_MARK);
    }
    return new ParsedLine(
        at, level, Rfc3164Format.service(source, program), host, cursor.rest(), fields, null);
  }

  private static String header(TextCursor cursor, int most, String what) throws LineException {
    int at = cursor.position();
    String found = cursor.until(" ", what);
    if (found.length() > most || !found.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new LineException(
          LineFault.INVALID_LINE,
          at,
          "expected " + what + ", at most " + most + " characters of ASCII,");
    }
    return found;
  }

  private static @Nullable String present(String value) {
    return value.equals(NIL) ? null : value;
  }

  private static void put(Map<String, String> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private static void structuredData(String text, TextCursor cursor, Map<String, String> fields)
      throws LineException {
    if (cursor.peek() != '[') {
      throw cursor.missing("structured data in brackets, or -");
    }
    while (cursor.skipIf("[")) {
      String id = name(text, cursor, "the id of structured data");
      while (cursor.skipIf(" ")) {
        String name = name(text, cursor, "the name of a parameter");
        cursor.skip("=\"", "a value in quotes");
        String value = unescaped(cursor.quoted("the end of a value"));
        fields.merge(id + "." + name, value, (before, now) -> before + "," + now);
      }
      cursor.skip("]", "the end of structured data");
    }
  }

  private static String name(String text, TextCursor cursor, String what) throws LineException {
    int end = cursor.position();
    while (end < text.length()
        && text.charAt(end) > ' '
        && text.charAt(end) < 127
        && "=]\"".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    if (end == cursor.position() || end > cursor.position() + 32) {
      throw cursor.missing(what + ", 1 to 32 characters of ASCII,");
    }
    return cursor.take(end);
  }

  /** A backslash escapes a quote, a backslash and a bracket, and is itself before all else. */
  private static String unescaped(String raw) {
    StringBuilder made = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '\\' && i + 1 < raw.length() && "\"\\]".indexOf(raw.charAt(i + 1)) >= 0) {
        i++;
      }
      made.append(raw.charAt(i));
    }
    return made.toString();
  }
}
