package io.millrace.schema.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A name that is looked for, as it stands in a record: in its quotes. */
final class JsonName {
  /** The name with the colon behind it. */
  private final byte[] token;

  /** The first and the last eight bytes of it; what is beyond a short one is masked. */
  private final long head;

  private final long mask;
  private final long tail;
  private final int tailAt;

  JsonName(String name) {
    token = ("\"" + name + "\":").getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(token, Math.max(token.length, Long.BYTES));
    head = (long) ByteCursor.LONGS.get(padded, 0);
    mask = token.length < Long.BYTES ? (1L << (Byte.SIZE * token.length)) - 1 : -1;
    tailAt = padded.length - Long.BYTES;
    tail = (long) ByteCursor.LONGS.get(padded, tailAt);
  }

  /** The name in its quotes with the colon behind it; not to be changed. */
  byte[] withColon() {
    return token;
  }

  int lengthWithColon() {
    return token.length;
  }

  /** Whether it stands there, with the colon right behind it. False near the end of the record. */
  boolean withColonIsAt(byte[] json, int at) {
    return at <= json.length - Long.BYTES - tailAt
        && (((long) ByteCursor.LONGS.get(json, at) ^ head) & mask) == 0
        && (((long) ByteCursor.LONGS.get(json, at + tailAt) ^ tail) & mask) == 0
        && (tailAt <= Long.BYTES || isAt(json, at));
  }

  /** Whether it stands there. */
  boolean isAt(byte[] json, int at) {
    int length = token.length - 1;
    return at <= json.length - length && Arrays.equals(json, at, at + length, token, 0, length);
  }
}
