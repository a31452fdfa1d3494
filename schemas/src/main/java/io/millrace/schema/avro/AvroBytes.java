package io.millrace.schema.avro;

import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads what Avro's binary form is made of. Every length and count is held against the bytes that
 * are there before anything is made of it.
 */
final class AvroBytes {
  private static final int VARINT_BITS = 7;

  private final ByteBuffer bytes;

  /** Reads from a byte on. */
  AvroBytes(byte[] bytes, int start) {
    this.bytes = ByteBuffer.wrap(bytes, start, bytes.length - start).order(ByteOrder.LITTLE_ENDIAN);
  }

  int remaining() {
    return bytes.remaining();
  }

  boolean readBoolean() throws RejectedException {
    require(1);
    byte value = bytes.get();
    if (value != 0 && value != 1) {
      throw invalid("a boolean is neither 0 nor 1");
    }
    return value == 1;
  }

  long readLong() throws RejectedException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += VARINT_BITS) {
      require(1);
      byte next = bytes.get();
      if (shift == Long.SIZE - 1 && (next & 0xfe) != 0) {
        throw invalid("a number has more than 64 bits");
      }
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw invalid("a number has more than ten bytes");
  }

  int readInt() throws RejectedException {
    long value = readLong();
    if (value != (int) value) {
      throw invalid("an int has more than 32 bits");
    }
    return (int) value;
  }

  /** A number from 0 to below {@code count}. */
  int readIndex(int count) throws RejectedException {
    long index = readLong();
    if (index < 0 || index >= count) {
      throw invalid("there is no " + index + " of " + count + " branches or symbols");
    }
    return (int) index;
  }

  float readFloat() throws RejectedException {
    require(Float.BYTES);
    return bytes.getFloat();
  }

  double readDouble() throws RejectedException {
    require(Double.BYTES);
    return bytes.getDouble();
  }

  /** As many bytes as a length before them says. */
  byte[] readBytes() throws RejectedException {
    return readBytes(readLong());
  }

  byte[] readBytes(long length) throws RejectedException {
    byte[] value = new byte[requireLength(length)];
    bytes.get(value);
    return value;
  }

  void skipBytes(long length) throws RejectedException {
    bytes.position(bytes.position() + requireLength(length));
  }

  void skipBytes() throws RejectedException {
    skipBytes(readLong());
  }

  String readString() throws RejectedException {
    int start = bytes.position();
    return text(readBytes(), start);
  }

  /**
   * How many items the next block has; 0 at the end.
   *
   * @param leastBytes the least that an item has, at least 1
   */
  int readBlock(long leastBytes) throws RejectedException {
    int start = bytes.position();
    long count = readLong();
    if (count < 0) {
      long size = readLong();
      if (count == Long.MIN_VALUE || size < 0 || size > bytes.remaining()) {
        throw invalid("a block has a size of " + size + " bytes");
      }
      count = -count;
    }
    if (count > bytes.remaining() / leastBytes) {
      throw new RejectedException(
          Stage.DECODE,
          Rejection.NOT_AVRO,
          String.format(
              "a block at byte %d says that it has %d items, for which %d bytes are too few",
              start, count, bytes.remaining()));
    }
    return (int) count;
  }

  /** The text of bytes that begin at a place. */
  static String text(byte[] utf8, int start) throws RejectedException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new RejectedException(
          Stage.DECODE, Rejection.NOT_UTF8, "a string at byte " + start + " is not UTF-8");
    }
  }

  int position() {
    return bytes.position();
  }

  private int requireLength(long length) throws RejectedException {
    if (length < 0) {
      throw invalid("a length is negative");
    }
    require(length);
    return (int) length;
  }

  private void require(long count) throws RejectedException {
    if (count > bytes.remaining()) {
      throw new RejectedException(
          Stage.DECODE,
          Rejection.TRUNCATED,
          String.format(
              "%d bytes are missing from byte %d on", count - bytes.remaining(), bytes.position()));
    }
  }

  private RejectedException invalid(String what) {
    return new RejectedException(
        Stage.DECODE, Rejection.NOT_AVRO, what + ", before byte " + bytes.position());
  }
}
