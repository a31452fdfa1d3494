package io.millrace.operator.logline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks at eight bytes of a text at once, the first in the lowest bits. What is found of a byte is
 * in its highest bit.
 *
 * <p><b>Source</b>: Warren, "Hacker's Delight", 6-1.
 */
final class EightBytes {
  private static final long HIGH_BITS = 0x8080808080808080L;

  private static final long ONES = 0x0101010101010101L;
  private static final long BACKSLASHES = all('\\');

  /** Changes quotes into blanks, and no other character into one or into a control character. */
  private static final long QUOTES_TO_BLANKS = all((char) ('"' ^ ' '));

  private static final long AFTER_BLANKS = all((char) (' ' + 1));

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private EightBytes() {}

  /**
   * The bytes from a place on; zeros from the end on.
   *
   * @param at a place before the end
   */
  static long at(byte[] bytes, int at, int end) {
    int missing = at + Long.BYTES - end;
    if (missing <= 0) {
      return (long) WORDS.get(bytes, at);
    }
    return end >= Long.BYTES
        ? (long) WORDS.get(bytes, end - Long.BYTES) >>> (Byte.SIZE * missing)
        : rest(bytes, at, end);
  }

  private static long rest(byte[] bytes, int at, int end) {
    long rest = 0;
    for (int i = at; i < end; i++) {
      rest |= (bytes[i] & 0xFFL) << (Byte.SIZE * (i - at));
    }
    return rest;
  }

  /** A character of ASCII in each byte. */
  private static long all(char c) {
    return ONES * c;
  }

  /**
   * Where what a string in JSON may have as it is comes to its end: a quote, a backslash, a control
   * character or the end of all.
   */
  static int endOfPlain(byte[] bytes, int from, int end) {
    for (int at = from; at < end; at += Long.BYTES) {
      long eight = at(bytes, at, end);
      long changed = eight ^ QUOTES_TO_BLANKS;
      long escape = eight ^ BACKSLASHES;
      // A byte that borrows from the next is found itself, and the first one counts.
      long found =
          (((changed - AFTER_BLANKS) & ~changed) | ((escape - ONES) & ~escape)) & HIGH_BITS;
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    return end;
  }

  /** The same of bytes without a backslash. */
  static int endOfUnescaped(byte[] bytes, int from, int end) {
    for (int at = from; at < end; at += Long.BYTES) {
      long changed = at(bytes, at, end) ^ QUOTES_TO_BLANKS;
      long found = (changed - AFTER_BLANKS) & ~changed & HIGH_BITS;
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    return end;
  }
}
