package io.millrace.operator.sketch;

import java.util.Arrays;

/**
 * The binary form of a sketch, as it is written and read. It starts with a byte for the kind and
 * one for the version. Numbers are not negative and take 7 bits a byte, the lowest first.
 *
 * <ul>
 *   <li>Kind 0, version 1, no longer written: exact weights. Big endian: 4 bytes number of items;
 *       for each 4 bytes length of the item, its UTF-8 bytes, 8 bytes weight. A length below 0 is
 *       -1 - (number of chars) of an item that follows as 2 bytes a char.
 *   <li>Kind 1, version 1: total, floor, number of items; for each its length, its bytes ({@link
 *       ItemBytes}), lower bound and slack.
 *   <li>Kind 2, version 1: rows, width, unseen and the cells of a count-min matrix, row by row;
 *       then as kind 1.
 *   <li>Kind 3, version 1: number of sketches; for each its form (kinds 1 and 2) with length and
 *       bytes of what is before its number of items, then that, then for each item its place in the
 *       order in which the items of all sketches come first, from 0; the first time its length and
 *       its bytes; then lower bound and slack.
 * </ul>
 */
final class SketchForm {
  static final int EXACT_WEIGHTS = 0;
  static final int BOUNDED_WEIGHTS = 1;
  static final int COUNT_MIN = 2;
  static final int PACKED = 3;
  static final int VERSION = 1;

  private static final int VALUE_BITS = 7;
  private static final int MORE = 1 << VALUE_BITS;
  private static final int LONGEST_NUMBER = 9;

  private SketchForm() {}

  /** Writes the form. */
  static final class Writer {
    private byte[] bytes;
    private int length;

    /**
     * A writer of one form.
     *
     * @param expectedBytes how long it will be, about
     */
    Writer(int kind, int expectedBytes) {
      bytes = new byte[Math.max(16, expectedBytes)];
      bytes[0] = (byte) kind;
      bytes[1] = VERSION;
      length = 2;
    }

    /** A writer that goes on behind the first bytes of a form. */
    Writer(byte[] source, int start, int count) {
      bytes = Arrays.copyOfRange(source, start, start + 2 * count + 64);
      length = count;
    }

    void number(long value) {
      reserve(LONGEST_NUMBER);
      long left = value;
      while (left >= MORE) {
        bytes[length++] = (byte) (left | MORE);
        left >>>= VALUE_BITS;
      }
      bytes[length++] = (byte) left;
    }

    void item(byte[] source, int start, int itemLength) {
      number(itemLength);
      bytes(source, start, itemLength);
    }

    void bytes(byte[] source, int start, int count) {
      reserve(count);
      System.arraycopy(source, start, bytes, length, count);
      length += count;
    }

    private void reserve(int more) {
      if (more > bytes.length - length) {
        bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length + (bytes.length >> 1)));
      }
    }

    byte[] toBytes() {
      return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
  }

  /** Reads the form; every method throws IllegalArgumentException where the bytes are damaged. */
  static final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    /** The kind of the form of one sketch, whose version is a known one. */
    int kind() {
      return kind(EXACT_WEIGHTS, COUNT_MIN);
    }

    /** Passes the kind and the version of packed sketches. */
    void skipPackedKind() {
      kind(PACKED, PACKED);
    }

    private int kind(int least, int greatest) {
      int kind = next() & 0xFF;
      int version = next() & 0xFF;
      if (kind < least || kind > greatest || version != VERSION) {
        throw new IllegalArgumentException(
            "the bytes of a sketch are of kind "
                + kind
                + ", version "
                + version
                + ", which this version can't read; use the version that wrote them");
      }
      return kind;
    }

    /** Passes what is before total, floor and items; kind 0 has none of these. */
    void skipToBoundedWeights() {
      int kind = kind();
      if (kind == EXACT_WEIGHTS) {
        throw new IllegalArgumentException("the bytes of a sketch are of kind 0; merge them first");
      } else if (kind == COUNT_MIN) {
        CountMin.skipMatrix(this);
      }
    }

    private byte next() {
      return bytes[skip(1)];
    }

    /** Passes {@code length} bytes. Returns where they start. */
    int skip(long length) {
      if (length > bytes.length - at) {
        throw early();
      }
      int start = at;
      at += (int) length;
      return start;
    }

    byte[] bytes() {
      return bytes;
    }

    int position() {
      return at;
    }

    void moveTo(int position) {
      at = position;
    }

    long number() {
      long value = 0;
      for (int shift = 0; shift < LONGEST_NUMBER * VALUE_BITS; shift += VALUE_BITS) {
        byte part = next();
        value |= (long) (part & (MORE - 1)) << shift;
        if (part >= 0) {
          return value;
        }
      }
      throw new IllegalArgumentException("the bytes of a sketch hold a number beyond 2^63 - 1");
    }

    /** A number of things that take at least {@code bytesEach} bytes. */
    int count(int bytesEach) {
      long count = number();
      if (count * bytesEach > bytes.length - at || count > Integer.MAX_VALUE) {
        throw early();
      }
      return (int) count;
    }

    int fixedInt() {
      int start = skip(Integer.BYTES);
      return Integer.reverseBytes((int) ItemBytes.INTS.get(bytes, start));
    }

    long fixedLong() {
      int start = skip(Long.BYTES);
      return Long.reverseBytes((long) ItemBytes.LONGS.get(bytes, start));
    }

    /** The item of an exact weight. */
    byte[] itemOfExactWeight() {
      int length = fixedInt();
      if (length >= 0) {
        int start = skip(length);
        return Arrays.copyOfRange(bytes, start, start + length);
      }
      long chars = -1L - length;
      int start = skip(2 * chars);
      StringBuilder item = new StringBuilder((int) chars);
      for (int i = start; i < at; i += 2) {
        item.append((char) ((bytes[i] << Byte.SIZE) | (bytes[i + 1] & 0xFF)));
      }
      return ItemBytes.of(item.toString());
    }

    void requireEnd() {
      if (at < bytes.length) {
        throw new IllegalArgumentException(
            "the bytes of a sketch go on for " + (bytes.length - at) + " after their end");
      }
    }

    private static IllegalArgumentException early() {
      return new IllegalArgumentException("the bytes of a sketch end early");
    }
  }
}
