package io.millrace.operator.logline;

import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads what Apache and nginx log of a request, in the common or the combined format. {@code -} is
 * an absent field. Escapes such as {@code \"} stay as the server wrote them.
 *
 * <p><b>Source</b>: Apache HTTP Server documentation, "Log Files".
 */
final class AccessFormat implements LineParser.Format {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .appendPattern("dd/MMM/uuuu:HH:mm:ss xx")
          .toFormatter(Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final String ABSENT = "-";

  private final LineSource source;
  private final TimeText times;
  private final boolean isCombined;

  AccessFormat(LineSource source, boolean isCombined) {
    this.source = source;
    this.times = TimeText.of(source);
    this.isCombined = isCombined;
  }

  @Override
  public ParsedLine read(String text, long arrivedAt) throws LineException {
    TextCursor cursor = new TextCursor(text);
    Map<String, String> fields = new LinkedHashMap<>();
    put(fields, "client", cursor.until(" ", "the client"));
    cursor.until(" ", "the identity");
    // A user's name may hold blanks and brackets, but its quotes are escaped.
    int userAt = cursor.position();
    String userAndTime = cursor.until("] \"", "the user, the time in brackets and the request");
    int bracket = userAndTime.lastIndexOf(" [");
    if (bracket < 1) {
      throw new LineException(
          LineFault.INVALID_LINE, userAt, "expected a user and a time in brackets");
    }
    put(fields, "user", userAndTime.substring(0, bracket));
    long at = times.read(userAndTime.substring(bracket + 2), TIME, arrivedAt, userAt + bracket + 2);
    String request = cursor.quoted("the end of the request");
    request(request, fields);
    cursor.skip(" ", "the status");
    int statusAt = cursor.position();
    String status = cursor.word("the status");
    if (!status.equals(ABSENT) && (status.length() != 3 || !isNumber(status))) {
      throw new LineException(
          LineFault.INVALID_LINE, statusAt, "expected a status of three digits");
    }
    put(fields, "status", status);
    cursor.skip(" ", "the size");
    int bytesAt = cursor.position();
    String bytes = cursor.word("the size");
    if (!bytes.equals(ABSENT)) {
      TextCursor.number(bytes, 18, bytesAt, "the size");
    }
    put(fields, "bytes", bytes);
    if (isCombined) {
      cursor.skip(" \"", "the referrer in quotes");
      put(fields, "referrer", cursor.quoted("the end of the referrer"));
      cursor.skip(" \"", "the user agent in quotes");
      put(fields, "userAgent", cursor.quoted("the end of the user agent"));
    }
    if (!cursor.atEnd()) {
      throw cursor.missing("the end of the line");
    }
    return new ParsedLine(at, null, source.serviceOrNull(), null, request, fields, null);
  }

  private static void put(Map<String, String> fields, String name, String value) {
    if (!value.equals(ABSENT)) {
      fields.put(name, value);
    }
  }

  private static boolean isNumber(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /**
   * Method and target of a request; HTTP/0.9 has no protocol after them. What is no request, such
   * as the start of a TLS handshake, is only the message.
   */
  private static void request(String request, Map<String, String> fields) {
    int methodEnd = request.indexOf(' ');
    if (methodEnd < 1 || !request.substring(0, methodEnd).chars().allMatch(Character::isLetter)) {
      return;
    }
    int protocol = request.lastIndexOf(" HTTP/");
    String url =
        request.substring(
            methodEnd + 1,
            protocol < methodEnd ? request.length() : Math.max(methodEnd + 1, protocol));
    if (!url.isBlank()) {
      fields.put("method", request.substring(0, methodEnd));
      fields.put("url", url);
    }
  }
}
