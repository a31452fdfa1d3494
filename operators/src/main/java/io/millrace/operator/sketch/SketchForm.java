package io.millrace.operator.sketch;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
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

  private SketchForm() {}

  /**
   * A writer of one form.
   *
   * @param expectedBytes how long it will be, about
   */
  static FormWriter writer(int kind, int expectedBytes) {
    FormWriter out = new FormWriter(expectedBytes);
    out.raw(kind);
    out.raw(VERSION);
    return out;
  }

  /** Reads the form; every method throws IllegalArgumentException where the bytes are damaged. */
  static final class Reader extends FormReader {
    Reader(byte[] bytes) {
      super(bytes, "a sketch");
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
      int kind = raw() & 0xFF;
      int version = raw() & 0xFF;
      if (kind < least || kind > greatest || version != VERSION) {
        throw damaged(
            "are of kind "
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
        throw damaged("are of kind 0; merge them first");
      } else if (kind == COUNT_MIN) {
        CountMin.skipMatrix(this);
      }
    }

    int fixedInt() {
      int start = skip(Integer.BYTES);
      return Integer.reverseBytes((int) ItemBytes.INTS.get(bytes(), start));
    }

    /** The item of an exact weight. */
    byte[] itemOfExactWeight() {
      int length = fixedInt();
      if (length >= 0) {
        int start = skip(length);
        return Arrays.copyOfRange(bytes(), start, start + length);
      }
      long chars = -1L - length;
      int start = skip(2 * chars);
      StringBuilder item = new StringBuilder((int) chars);
      for (int i = start; i < position(); i += 2) {
        item.append((char) ((bytes()[i] << Byte.SIZE) | (bytes()[i + 1] & 0xFF)));
      }
      return ItemBytes.of(item.toString());
    }
  }
}
