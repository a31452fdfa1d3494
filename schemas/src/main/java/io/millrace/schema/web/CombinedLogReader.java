package io.millrace.schema.web;

import io.millrace.schema.LineReader;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a line of the combined log format, or of the common one, which lacks the last two fields.
 * {@code -} means that the value is absent. Escapes such as {@code \"} stay as the server wrote
 * them.
 *
 * <p><b>Source</b>: Apache HTTP Server documentation, "Log Files", Combined Log Format.
 *
 * <p><b>Time</b>: linear in the length of the line.
 */
public final class CombinedLogReader implements LineReader<RequestServed> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

  @Override
  public RequestServed read(String line) throws RejectedException {
    Cursor cursor = new Cursor(line);
    String client = cursor.until(' ', "the client");
    cursor.until('[', "the time in brackets");
    String time = cursor.until(']', "the end of the time");
    cursor.skip(" \"", "the request in quotes");
    String request = cursor.quoted("the end of the request");
    cursor.skip(" ", "the status");
    String status = cursor.until(' ', "the status");
    String bytes = cursor.atEndOr(' ');
    String referrer = null;
    String userAgent = null;
    if (!cursor.atEnd()) {
      cursor.skip("\"", "the referrer in quotes");
      referrer = cursor.quoted("the end of the referrer");
      cursor.skip(" \"", "the user agent in quotes");
      userAgent = cursor.quoted("the end of the user agent");
      if (!cursor.atEnd()) {
        throw rejected("expected the end of the line after the user agent");
      }
    }

    int targetStart = request.indexOf(' ') + 1;
    int targetEnd = request.indexOf(' ', targetStart);
    String url = request.substring(targetStart, targetEnd < 0 ? request.length() : targetEnd);
    if (targetStart < 2 || url.isEmpty()) {
      throw rejected("the request names no target: \"" + request + "\"");
    }
    int query = url.indexOf('?');
    return new RequestServed(
        millis(time),
        client,
        query < 0 ? url : url.substring(0, query),
        request.substring(0, targetStart - 1),
        url,
        status.equals("-") ? null : Math.toIntExact(number(status, 3, "status")),
        bytes.equals("-") ? null : number(bytes, 18, "size"),
        present(referrer),
        present(userAgent));
  }

  private static long millis(String time) throws RejectedException {
    try {
      return OffsetDateTime.parse(time, TIME).toInstant().toEpochMilli();
    } catch (DateTimeException e) {
      throw rejected("not a time of the form 17/May/2015:10:05:03 +0000: " + time);
    }
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

  private static @Nullable String present(@Nullable String field) {
    return field == null || field.equals("-") ? null : field;
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
    String until(char end, String what) throws RejectedException {
      int found = line.indexOf(end, position);
      if (found < 0) {
        throw missing(what);
      }
      return take(found);
    }

    /** The text before the next {@code end} or the end of the line. */
    String atEndOr(char end) {
      int found = line.indexOf(end, position);
      if (found >= 0) {
        return take(found);
      }
      String rest = line.substring(position);
      position = line.length();
      return rest;
    }

    /** The text before the next quote that no backslash escapes. */
    String quoted(String what) throws RejectedException {
      for (int i = position; i < line.length(); i++) {
        char c = line.charAt(i);
        if (c == '"') {
          return take(i);
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

    private String take(int end) {
      String text = line.substring(position, end);
      position = end + 1;
      return text;
    }

    private RejectedException missing(String what) {
      return rejected("expected " + what + " at column " + (position + 1));
    }
  }
}
