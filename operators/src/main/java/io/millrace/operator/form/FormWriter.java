package io.millrace.operator.form;

import java.util.Arrays;

/**
 * Writes a binary form. Numbers are not negative and take 7 bits a byte, the lowest first; all but
 * the last byte have their highest bit set.
 */
public final class FormWriter {
  static final int VALUE_BITS = 7;
  static final int MORE = 1 << VALUE_BITS;
  static final int LONGEST_NUMBER = 9;

  private static final int FEWEST_BYTES = 16;

  private byte[] bytes;
  private int length;

  /**
   * Nothing written yet.
   *
   * @param expectedBytes how long the form will be, about
   */
  public FormWriter(int expectedBytes) {
    bytes = new byte[Math.max(FEWEST_BYTES, expectedBytes)];
  }

  /** Writes one byte. */
  public void raw(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  /** Writes bytes as they are. */
  public void raw(byte[] source, int start, int count) {
    reserve(count);
    System.arraycopy(source, start, bytes, length, count);
    length += count;
  }

  /** Writes 8 bytes, the highest first. */
  public void fixedLong(long value) {
    reserve(Long.BYTES);
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      bytes[length++] = (byte) (value >>> shift);
    }
  }

  /** Writes a number, at least 0. */
  public void number(long value) {
    reserve(LONGEST_NUMBER);
    long left = value;
    while (left >= MORE) {
      bytes[length++] = (byte) (left | MORE);
      left >>>= VALUE_BITS;
    }
    bytes[length++] = (byte) left;
  }

  /** Writes an item's length and its bytes. */
  public void item(byte[] source, int start, int itemLength) {
    number(itemLength);
    raw(source, start, itemLength);
  }

  private void reserve(int more) {
    if (more > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length + (bytes.length >> 1)));
    }
  }

  /** How many bytes were written. */
  public int length() {
    return length;
  }

  /** What was written, of which {@link #length} bytes count; it holds until more is written. */
  public byte[] sharedBytes() {
    return bytes;
  }

  /** Forgets what was written. */
  public void clear() {
    length = 0;
  }

  /** What was written. */
  public byte[] toBytes() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }
}
