package io.millrace.schema.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON that is written into one buffer again and again, in UTF-8 and without blanks. Of what may be
 * escaped only that is which has to be: quotes, backslashes and control characters.
 *
 * <p>Not safe for use by several threads. <b>Space</b>: what was written since {@link #reset}; more
 * than 1 MiB is given back with it.
 *
 * <p><b>Source</b>: RFC 8259, section 7.
 */
public final class JsonOutput {
  private static final int FIRST_BYTES = 512;
  private static final int MOST_KEPT_BYTES = 1 << 20;
  private static final int LONGEST_NUMBER = 20;
  private static final int LONGEST_ESCAPE = 6;
  private static final int BEYOND_ASCII = 0x80;

  /** Longer strings are looked at as bytes, eight at a time. */
  private static final int MOST_SINGLE_CHARS = 48;

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
  public void reset() {
    length = 0;
    if (bytes.length > MOST_KEPT_BYTES) {
      bytes = new byte[FIRST_BYTES];
    }
  }

  /** What was written. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** How many bytes were written. */
  public int length() {
    return length;
  }

  /** Forgets what was written after the first bytes. */
  void cut(int toLength) {
    length = toLength;
  }

  /** Writes what was written into a stream. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, length);
  }

  /**
   * Writes a character of JSON itself, or one that stands between two values.
   *
   * @param character one of ASCII
   */
  public void mark(char character) {
    reserve(1);
    bytes[length++] = (byte) character;
  }

  /** Writes bytes as they are, which are JSON in UTF-8, or a part of it. */
  public void raw(byte[] source) {
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

  /** Writes a whole number. */
  public void whole(long value) {
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
  public void text(String value) {
    int chars = value.length();
    if (chars > MOST_SINGLE_CHARS) {
      utf8(value.getBytes(StandardCharsets.UTF_8));
      return;
    }
    reserve(chars + 2);
    byte[] target = bytes;
    int at = length;
    target[at++] = '"';
    for (int i = 0; i < chars; i++) {
      char character = value.charAt(i);
      if (character >= BEYOND_ASCII || ESCAPES[character] != 0) {
        utf8(value.getBytes(StandardCharsets.UTF_8));
        return;
      }
      target[at++] = (byte) character;
    }
    target[at++] = '"';
    length = at;
  }

  /**
   * Writes a string in its quotes.
   *
   * @param utf8 all of its characters in UTF-8
   */
  public void utf8(byte[] utf8) {
    // Sixteen bytes are written where fewer may stay.
    reserve(LONGEST_ESCAPE * utf8.length + 2 + 2 * Long.BYTES);
    byte[] target = bytes;
    int at = length;
    target[at++] = '"';
    int from = 0;
    for (int block = 0; block < utf8.length; block += Long.SIZE) {
      for (long marks = marks(utf8, block); marks != 0; marks &= marks - 1) {
        int marked = block + Long.numberOfTrailingZeros(marks);
        at = copy(utf8, from, marked, target, at);
        at = escape(utf8[marked], target, at);
        from = marked + 1;
      }
    }
    at = copy(utf8, from, utf8.length, target, at);
    target[at++] = '"';
    length = at;
  }

  /** Which of 64 bytes are escaped, the first in the lowest bit; none behind the end. */
  private static long marks(byte[] utf8, int block) {
    long marks = 0;
    int whole = Math.min(Long.SIZE, utf8.length - block) & -Long.BYTES;
    int i = 0;
    for (; i < whole; i += Long.BYTES) {
      marks |= ByteCursor.allEnds((long) ByteCursor.LONGS.get(utf8, block + i)) << i;
    }
    if (whole < Long.SIZE && block + whole < utf8.length) {
      // Behind the end there are zeros, which would be escaped.
      long last = ByteCursor.allEnds(ByteCursor.word(utf8, block + whole));
      marks |= (last & ((1L << (utf8.length - block - whole)) - 1)) << whole;
    }
    return marks;
  }

  /** Copies bytes, and gives where they end; behind them up to sixteen others may be written. */
  private static int copy(byte[] source, int from, int to, byte[] target, int at) {
    int count = to - from;
    if (count <= 2 * Long.BYTES && from + 2 * Long.BYTES <= source.length) {
      ByteCursor.LONGS.set(target, at, (long) ByteCursor.LONGS.get(source, from));
      ByteCursor.LONGS.set(
          target, at + Long.BYTES, (long) ByteCursor.LONGS.get(source, from + Long.BYTES));
    } else {
      System.arraycopy(source, from, target, at, count);
    }
    return at + count;
  }

  /** Writes the escape of a character that has one, and gives where it ends. */
  private static int escape(byte character, byte[] target, int from) {
    int at = from;
    byte escape = ESCAPES[character];
    target[at++] = '\\';
    target[at++] = escape;
    if (escape == 'u') {
      target[at++] = '0';
      target[at++] = '0';
      target[at++] = HEX[character >> 4];
      target[at++] = HEX[character & 0xF];
    }
    return at;
  }

  private void reserve(int more) {
    if (more > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
