package io.millrace.schema.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A position in some bytes, and what is the same wherever it stands in JSON.
 *
 * <p><b>Source</b>: RFC 8259; the search for a byte in a word is that of Mycroft (1987).
 */
abstract class ByteCursor {
  /** Eight bytes of an array at once. */
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The highest bit of each of eight bytes. */
  static final long HIGH_BITS = 0x8080808080808080L;

  static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH_BYTE = 0x0101010101010101L;

  private static final int[] POWERS_OF_TEN = {
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
  };

  static final int NULL = word("null");
  static final int TRUE = word("true");
  static final int ALSE = word("alse");

  static final byte[] NOTHING = {};

  byte[] json = NOTHING;
  int at;

  /**
   * Of bytes that {@link #plainEnd} has looked at, all bits that are set in one. Nowhere but in
   * strings does JSON have bytes beyond ASCII.
   */
  private long bits;

  /** Whether a string may hold bytes beyond ASCII since {@link #forgetBits}. */
  boolean mayBeBeyondAscii() {
    return (bits & HIGH_BITS) != 0;
  }

  /** Takes note of bits that were set in strings. */
  void sawBits(long seen) {
    bits |= seen;
  }

  void forgetBits() {
    bits = 0;
  }

  boolean passDigits() {
    int first = at;
    while (at < json.length && json[at] >= '0' && json[at] <= '9') {
      at++;
    }
    return at > first;
  }

  /** Passes digits, and returns the number that they state, modulo 2^64; 0 where there are none. */
  long passWholeDigits() {
    long value = 0;
    int digits;
    do {
      long word = word(json, at);
      digits = digits(word);
      value = withDigits(value, word, digits);
      at += digits;
    } while (digits == Long.BYTES);
    return value;
  }

  /** How many of a word's bytes are digits, up to the first that is none. */
  static int digits(long word) {
    long others =
        ((word ^ (EACH_BYTE * '0')) | ((word + EACH_BYTE * 6) ^ (EACH_BYTE * '0')))
            & 0xF0F0F0F0F0F0F0F0L;
    return first(others);
  }

  /** The number that is stated by the digits of {@code value} and the first bytes of a word. */
  static long withDigits(long value, long word, int digits) {
    if (digits == 0) {
      return value;
    }
    // As if zeros were before them: pairs of digits, then of pairs, then of fours are put together.
    long eight = (word & (EACH_BYTE * 0x0F)) << (Byte.SIZE * (Long.BYTES - digits));
    long pairs = (10 * eight + (eight >>> 8)) & 0x00FF00FF00FF00FFL;
    long fours = (100 * pairs + (pairs >>> 16)) & 0x0000FFFF0000FFFFL;
    return POWERS_OF_TEN[digits] * value + ((10_000 * fours + (fours >>> 32)) & 0xFFFFFFFFL);
  }

  /** Passes an escape and returns the character that it stands for; negative if it is none. */
  int passEscape() {
    if (!take('\\') || at == json.length) {
      return -1;
    }
    return switch (json[at++]) {
      case '"' -> '"';
      case '\\' -> '\\';
      case '/' -> '/';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> passHex();
      default -> -1;
    };
  }

  private int passHex() {
    int end = at + 4;
    if (end > json.length) {
      return -1;
    }
    int value = 0;
    for (; at < end; at++) {
      int digit = Character.digit(json[at], 16);
      if (digit < 0) {
        return -1;
      }
      value = 16 * value + digit;
    }
    return value;
  }

  /** Where the first quote, backslash or control character is, or else the end. */
  int plainEnd(int start) {
    byte[] json = this.json;
    int i = start;
    long word = word(json, i);
    long bits = word;
    for (long ends = ends(word); ends == 0; ends = ends(word)) {
      i += Long.BYTES;
      word = word(json, i);
      bits |= word;
    }
    sawBits(bits);
    return i + first(ends(word));
  }

  /** Eight bytes, the first of them lowest; behind the end there are zeros. */
  static long word(byte[] json, int at) {
    int last = json.length - Long.BYTES;
    if (at <= last) {
      return (long) LONGS.get(json, at);
    }
    long word = 0;
    for (int i = json.length - 1; i >= at; i--) {
      word = word << Byte.SIZE | (json[i] & 0xFF);
    }
    return word;
  }

  /**
   * Marks the quotes, backslashes and control characters in a word by their highest bits. The
   * lowest mark is right; those above may be wrong.
   */
  static long ends(long word) {
    // With the second bit changed, a quote is right behind the control characters.
    return (((word ^ (EACH_BYTE * 2)) - EACH_BYTE * (' ' + 1))
            | ((word ^ (EACH_BYTE * '\\')) - EACH_BYTE))
        & ~word
        & HIGH_BITS;
  }

  /**
   * The quotes, backslashes and control characters in a word, each right: a bit for each byte, the
   * first in the lowest.
   */
  static long allEnds(long word) {
    long changed = word ^ (EACH_BYTE * 2);
    long escape = word ^ (EACH_BYTE * '\\');
    // No byte carries into the next: the highest bit is left where one is too great to be marked.
    long others =
        (((changed & ~HIGH_BITS) + EACH_BYTE * (0x80 - ' ' - 1)) | word)
            & (((escape & ~HIGH_BITS) + ~HIGH_BITS) | word);
    return (((~others & HIGH_BITS) >>> 7) * 0x0102040810204080L) >>> (Long.SIZE - Byte.SIZE);
  }

  /** Which byte of a word is the first that is marked; 8 where none is. */
  static int first(long marks) {
    return Long.numberOfTrailingZeros(marks) / Byte.SIZE;
  }

  boolean take(char expected) {
    if (at < json.length && json[at] == expected) {
      at++;
      return true;
    }
    return false;
  }

  void skipSpace() {
    if (at < json.length && json[at] <= ' ') {
      skipBlanks();
    }
  }

  private void skipBlanks() {
    while (at < json.length
        && json[at] <= ' '
        && (json[at] == ' ' || json[at] == '\n' || json[at] == '\t' || json[at] == '\r')) {
      at++;
    }
  }

  boolean passWord(int word) {
    if (at <= json.length - Integer.BYTES && (int) INTS.get(json, at) == word) {
      at += Integer.BYTES;
      return true;
    }
    return false;
  }

  private static int word(String text) {
    return (int) INTS.get(text.getBytes(StandardCharsets.US_ASCII), 0);
  }
}
