package io.millrace.operator.form;

/**
 * Reads what {@link FormWriter} wrote. Every method throws IllegalArgumentException where the bytes
 * are damaged.
 */
public class FormReader {
  private final byte[] bytes;
  private final String what;
  private int at;

  /**
   * At the start of a form.
   *
   * @param what it is the bytes of, for messages: "a sketch"
   */
  public FormReader(byte[] bytes, String what) {
    this.bytes = bytes;
    this.what = what;
  }

  /** The bytes that are read. */
  public final byte[] bytes() {
    return bytes;
  }

  /** Where it is in {@link #bytes}. */
  public final int position() {
    return at;
  }

  /** Goes on at a position where it was before. */
  public final void moveTo(int position) {
    at = position;
  }

  /** One byte. */
  public final byte raw() {
    return bytes[skip(1)];
  }

  /** Passes {@code length} bytes. Returns where they start. */
  public final int skip(long length) {
    if (length > bytes.length - at) {
      throw early();
    }
    int start = at;
    at += (int) length;
    return start;
  }

  /** 8 bytes, the highest first. */
  public final long fixedLong() {
    int start = skip(Long.BYTES);
    long value = 0;
    for (int i = start; i < at; i++) {
      value = (value << Byte.SIZE) | (bytes[i] & 0xFF);
    }
    return value;
  }

  /** A number, at least 0. */
  public final long number() {
    long value = 0;
    for (int shift = 0;
        shift < FormWriter.LONGEST_NUMBER * FormWriter.VALUE_BITS;
        shift += FormWriter.VALUE_BITS) {
      byte part = raw();
      value |= (long) (part & (FormWriter.MORE - 1)) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw damaged("hold a number beyond 2^63 - 1");
  }

  /** A number of things that take at least {@code bytesEach} bytes. */
  public final int count(int bytesEach) {
    long count = number();
    if (count > (bytes.length - at) / bytesEach) {
      throw early();
    }
    return (int) count;
  }

  /** Says that this is the end. */
  public final void requireEnd() {
    if (at < bytes.length) {
      throw damaged("go on for " + (bytes.length - at) + " after their end");
    }
  }

  private IllegalArgumentException early() {
    return damaged("end early");
  }

  /** What is thrown where the bytes are damaged. */
  public final IllegalArgumentException damaged(String how) {
    return new IllegalArgumentException("the bytes of " + what + " " + how);
  }
}
