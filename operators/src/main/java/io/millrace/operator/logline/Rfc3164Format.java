package io.millrace.operator.logline;

import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads syslog as BSD wrote it: a priority, which may be absent, a time without year, a host and a
 * message, which may begin with the name of a program and its process.
 *
 * <p><b>Source</b>: RFC 3164, sections 4.1 and 5.4.
 */
final class Rfc3164Format implements LineParser.Format {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .appendPattern("MMM ppd HH:mm:ss")
          .toFormatter(Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final int TIME_CHARS = 15;
  private static final Pattern TAG =
      Pattern.compile("([A-Za-z0-9_./-]{1,48})(?:\\[([^\\]\\s]{1,32})])?: ?");

  private final LineSource source;
  private final TimeText times;

  Rfc3164Format(LineSource source, TimeText times) {
    this.source = source;
    this.times = times;
  }

  @Override
  public ParsedLine read(String text, long arrivedAt) throws LineException {
    TextCursor cursor = new TextCursor(text);
    LogLevel level = cursor.peek() == '<' ? Syslog.level(cursor) : null;
    int timeAt = cursor.position();
    long at = times.read(cursor.next(TIME_CHARS), TIME, arrivedAt, timeAt);
    cursor.skip(" ", "a blank after the time");
    String host = cursor.word("the host");
    if (!cursor.atEnd()) {
      cursor.skip(" ", "a blank after the host");
    }
    String message = cursor.rest();
    Map<String, String> fields = new LinkedHashMap<>();
    String program = null;
    Matcher tag = TAG.matcher(message);
    if (tag.lookingAt()) {
      program = tag.group(1);
      fields.put("logger", program);
      String pid = tag.group(2);
      if (pid != null) {
        fields.put("pid", pid);
      }
      message = message.substring(tag.end());
    }
    return new ParsedLine(at, level, service(source, program), host, message, fields, null);
  }

  /** What the source is part of, or else the program that logged the line. */
  static @Nullable String service(LineSource source, @Nullable String program) {
    return source.service().isEmpty() ? program : source.service();
  }
}
