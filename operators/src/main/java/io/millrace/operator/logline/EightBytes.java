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
  /** That a text has a backslash. */
  static final int BACKSLASH = 1;

  /** That it has an {@code @}. */
  static final int AT = 2;

  private static final long HIGH_BITS = 0x8080808080808080L;

  private static final long ONES = 0x0101010101010101L;
  private static final long BACKSLASHES = all('\\');
  private static final long ATS = all('@');

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

  /** Whether a text has no bytes beyond ASCII. */
  static boolean isAscii(byte[] bytes, int end) {
    long all = 0;
    int at = 0;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      all |= (long) WORDS.get(bytes, at);
    }
    return ((at < end ? all | at(bytes, at, end) : all) & HIGH_BITS) == 0;
  }

  /** What is in a text: the sum of {@link #BACKSLASH} and {@link #AT}. */
  static int kinds(byte[] bytes, int end) {
    long backslashes = 0;
    long ats = 0;
    int at = 0;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long eight = (long) WORDS.get(bytes, at);
      long escape = eight ^ BACKSLASHES;
      long sign = eight ^ ATS;
      backslashes |= (escape - ONES) & ~escape;
      ats |= (sign - ONES) & ~sign;
    }
    if (at < end) {
      long escape = at(bytes, at, end) ^ BACKSLASHES;
      long sign = at(bytes, at, end) ^ ATS;
      backslashes |= (escape - ONES) & ~escape;
      ats |= (sign - ONES) & ~sign;
    }
    return ((backslashes & HIGH_BITS) == 0 ? 0 : BACKSLASH) | ((ats & HIGH_BITS) == 0 ? 0 : AT);
  }

  /**
   * Where what a string in JSON may have as it is comes to its end: a quote, a backslash, a control
   * character or the end of all.
   */
  static int endOfPlain(byte[] bytes, int from, int end) {
    int at = from;
    // Most strings end in the first sixteen bytes, which one branch tells of.
    for (; at <= end - 2 * Long.BYTES; at += 2 * Long.BYTES) {
      long one = ends((long) WORDS.get(bytes, at));
      long two = ends((long) WORDS.get(bytes, at + Long.BYTES));
      if ((one | two) != 0) {
        int inTwo = Long.BYTES + Long.numberOfTrailingZeros(two) / Byte.SIZE;
        return at + (one != 0 ? Long.numberOfTrailingZeros(one) / Byte.SIZE : inTwo);
      }
    }
    for (; at < end; at += Long.BYTES) {
      long found = ends(at(bytes, at, end));
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    return end;
  }

  /** Where strings end; of what is found the first is right, and others may be none. */
  private static long ends(long eight) {
    // A byte that borrows from the next is found itself.
    return (((eight ^ QUOTES_TO_BLANKS) - AFTER_BLANKS) | ((eight ^ BACKSLASHES) - ONES))
        & ~eight
        & HIGH_BITS;
  }
}
