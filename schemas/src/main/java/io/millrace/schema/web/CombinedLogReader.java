package io.millrace.schema.web;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.LineReader;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a line of the combined log format, or of the common one, which lacks the last two fields.
 * {@code -} means that the value is absent; a line without a client or a target is refused. Escapes
 * such as {@code \"} stay as the server wrote them, and so do blanks inside a target.
 *
 * <p><b>Source</b>: Apache HTTP Server documentation, "Log Files", Combined Log Format.
 *
 * <p><b>Time</b>: linear in the length of the line.
 */
public final class CombinedLogReader implements LineReader<RequestServed> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss xx", Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);

  private static final JsonCodec<RequestServed> CODEC = JsonCodec.of(RequestServed.class);

  @Override
  public RequestServed read(String line) throws RejectedException {
    Cursor cursor = new Cursor(line);
    String client = cursor.until(" ", "the client");
    cursor.until(" ", "the identity");
    // A user's name may hold blanks and brackets, but its quotes are escaped.
    String userAndTime = cursor.until("] \"", "the user, the time in brackets and the request");
    String request = cursor.quoted("the end of the request");
    cursor.skip(" ", "the status");
    String status = cursor.until(" ", "the status");
    String bytes = cursor.untilOrEnd(" ");
    String referrer = null;
    String userAgent = null;
    if (!cursor.atEnd()) {
      cursor.skip("\"", "the referrer in quotes");
      referrer = present(cursor.quoted("the end of the referrer"));
      cursor.skip(" \"", "the user agent in quotes");
      userAgent = present(cursor.quoted("the end of the user agent"));
      if (!cursor.atEnd()) {
        throw rejected("expected the end of the line after the user agent");
      }
    }

    int methodEnd = request.indexOf(' ');
    if (client.isEmpty() || client.equals("-") || methodEnd < 1) {
      throw rejected("expected a client and a request of a method and a target");
    }
    String url = target(request, methodEnd + 1);
    int query = url.indexOf('?');
    RequestServed served =
        new RequestServed(
            millis(userAndTime),
            client,
            query < 0 ? url : url.substring(0, query),
            request.substring(0, methodEnd),
            url,
            status.equals("-") ? null : Math.toIntExact(number(status, 3, "status")),
            bytes.equals("-") ? null : number(bytes, 18, "size"),
            referrer,
            userAgent);
    CODEC.check(served);
    return served;
  }

  /** The request's target, which HTTP/0.9 leaves without a protocol after it. */
  private static String target(String request, int start) throws RejectedException {
    int protocol = request.lastIndexOf(" HTTP/");
    int end = protocol < 0 ? request.length() : Math.max(start, protocol);
    String target = request.substring(start, end);
    if (target.isBlank()) {
      throw rejected("expected a target after the request's method");
    }
    return target;
  }

  private static long millis(String userAndTime) throws RejectedException {
    int bracket = userAndTime.lastIndexOf(" [");
    if (bracket >= 1) {
      try {
        return OffsetDateTime.parse(userAndTime.substring(bracket + 2), TIME)
            .toInstant()
            .toEpochMilli();
      } catch (DateTimeException e) {
        throw rejected("expected a time of the form 17/May/2015:10:05:03 +0000");
      }
    }
    throw rejected("expected a user and a time of the form [17/May/2015:10:05:03 +0000]");
  }

  private static long number(String text, int maxDigits, String what) throws RejectedException {
    boolean digits = !text.isEmpty() && text.length() <= maxDigits;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (!digits) {
      throw rejected("the " + what + " is not a number of at most " + maxDigits + " digits");
    }
    return Long.parseLong(text);
  }

  private static @Nullable String present(String field) {
    return field.equals("-") ? null : field;
  }

  private static RejectedException rejected(String message) {
    return new RejectedException(
        Stage.DECODE, Rejection.INVALID_LINE, "not a line of the combined log format: " + message);
  }

  /** A position in the line that only moves forward. */
  private static final class Cursor {
    private final String line;
    private int position;

    Cursor(String line) {
      this.line = line;
    }

    boolean atEnd() {
      return position == line.length();
    }

    /** The text before the next {@code end}, which is skipped. */
    String until(String end, String what) throws RejectedException {
      int found = line.indexOf(end, position);
      if (found < 0) {
        throw missing(what);
      }
      return take(found, end.length());
    }

    /** The text before the next {@code end} or the end of the line. */
    String untilOrEnd(String end) {
      int found = line.indexOf(end, position);
      return found < 0 ? take(line.length(), 0) : take(found, end.length());
    }

    /** The text before the next quote that no backslash escapes. */
    String quoted(String what) throws RejectedException {
      for (int i = position; i < line.length(); i++) {
        char c = line.charAt(i);
        if (c == '"') {
          return take(i, 1);
        }
        if (c == '\\') {
          i++;
        }
      }
      throw missing(what);
    }

    void skip(String expected, String what) throws RejectedException {
      if (!line.startsWith(expected, position)) {
        throw missing(what);
      }
      position += expected.length();
    }

    private String take(int end, int skipped) {
      String text = line.substring(position, end);
      position = end + skipped;
      return text;
    }

    private RejectedException missing(String what) {
      return rejected("expected " + what + " at column " + (position + 1));
    }
  }
}
