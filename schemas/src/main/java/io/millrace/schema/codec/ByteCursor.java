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
    long bits = 0;
    int i = start;
    for (; i <= json.length - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONGS.get(json, i);
      bits |= word;
      long ends =
          (zeroes(word ^ (EACH_BYTE * '"'))
                  | zeroes(word ^ (EACH_BYTE * '\\'))
                  | ((word - EACH_BYTE * ' ') & ~word))
              & HIGH_BITS;
      if (ends != 0) {
        this.bits |= bits;
        return i + Long.numberOfTrailingZeros(ends) / Byte.SIZE;
      }
    }
    while (i < json.length && json[i] != '"' && json[i] != '\\' && (json[i] & 0xFF) >= ' ') {
      bits |= json[i];
      i++;
    }
    this.bits |= bits;
    return i;
  }

  /**
   * Sets the highest bit of each byte that is 0. The lowest bit that it sets is right; those above
   * may be wrong.
   */
  private static long zeroes(long word) {
    return (word - EACH_BYTE) & ~word;
  }

  boolean take(char expected) {
    if (at < json.length && json[at] == expected) {
      at++;
      return true;
    }
    return false;
  }

  void skipSpace() {
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
