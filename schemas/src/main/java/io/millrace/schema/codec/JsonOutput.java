package io.millrace.schema.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON that is written into one buffer again and again, in UTF-8 and without blanks. Of what may be
 * escaped only that is which has to be: quotes, backslashes and control characters.
 *
 * <p><b>Source</b>: RFC 8259, section 7.
 */
final class JsonOutput {
  private static final int FIRST_BYTES = 512;
  private static final int MOST_KEPT_BYTES = 1 << 20;
  private static final int LONGEST_NUMBER = 20;
  private static final int LONGEST_ESCAPE = 6;
  private static final int BEYOND_ASCII = 0x80;
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LEAST =
      String.valueOf(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  /** What follows the backslash of each character that is escaped; 0 for one that is not. */
  private static final byte[] ESCAPES = escapes();

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;

  private static byte[] escapes() {
    byte[] escapes = new byte[BEYOND_ASCII];
    Arrays.fill(escapes, 0, ' ', (byte) 'u');
    escapes['\b'] = 'b';
    escapes['\t'] = 't';
    escapes['\n'] = 'n';
    escapes['\f'] = 'f';
    escapes['\r'] = 'r';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    return escapes;
  }

  /** Begins anew. */
  void reset() {
    length = 0;
    if (bytes.length > MOST_KEPT_BYTES) {
      bytes = new byte[FIRST_BYTES];
    }
  }

  /** What was written. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** Writes a character of JSON itself. */
  void mark(char character) {
    reserve(1);
    bytes[length++] = (byte) character;
  }

  /** Writes bytes as they are. */
  void raw(byte[] source) {
    reserve(source.length);
    System.arraycopy(source, 0, bytes, length, source.length);
    length += source.length;
  }

  /** Writes text that is JSON. */
  void raw(String json) {
    raw(json.getBytes(StandardCharsets.UTF_8));
  }

  void nothing() {
    raw(NULL);
  }

  void truth(boolean value) {
    raw(value ? TRUE : FALSE);
  }

  /** Writes a finite number. */
  void decimal(double value) {
    raw(Double.toString(value));
  }

  void whole(long value) {
    if (value == Long.MIN_VALUE) {
      raw(LEAST);
      return;
    }
    reserve(LONGEST_NUMBER);
    long left = value;
    if (left < 0) {
      bytes[length++] = '-';
      left = -left;
    }
    int digits = 1;
    for (long power = 10; digits < LONGEST_NUMBER - 1 && left >= power; power *= 10) {
      digits++;
    }
    for (int at = length + digits - 1; at >= length; at--) {
      long tenth = left / 10;
      bytes[at] = (byte) ('0' + (left - 10 * tenth));
      left = tenth;
    }
    length += digits;
  }

  /** Writes a string in its quotes, which has no half of a surrogate pair. */
  void text(String value) {
    int chars = value.length();
    reserve(chars + 2);
    byte[] target = bytes;
    int at = length;
    target[at++] = '"';
    for (int i = 0; i < chars; i++) {
      char character = value.charAt(i);
      if (character >= BEYOND_ASCII || ESCAPES[character] != 0) {
        length = at;
        rest(value.substring(i).getBytes(StandardCharsets.UTF_8));
        return;
      }
      target[at++] = (byte) character;
    }
    target[at++] = '"';
    length = at;
  }

  /** Writes the end of a string, some of which is to be escaped or is beyond ASCII. */
  private void rest(byte[] utf8) {
    reserve(LONGEST_ESCAPE * utf8.length + 1);
    byte[] target = bytes;
    int at = length;
    for (byte each : utf8) {
      byte escape = each < 0 ? 0 : ESCAPES[each];
      if (escape == 0) {
        target[at++] = each;
        continue;
      }
      target[at++] = '\\';
      target[at++] = escape;
      if (escape == 'u') {
        target[at++] = '0';
        target[at++] = '0';
        target[at++] = HEX[each >> 4];
        target[at++] = HEX[each & 0xF];
      }
    }
    target[at++] = '"';
    length = at;
  }

  private void reserve(int more) {
    if (more > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
