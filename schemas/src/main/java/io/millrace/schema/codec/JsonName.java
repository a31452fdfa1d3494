package io.millrace.schema.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A name that is looked for, as it stands in a record: in its quotes. */
final class JsonName {
  private final byte[] token;

  /** Its first eight bytes, and where it has them. */
  private final long head;

  private final long mask;

  JsonName(String name) {
    token = ("\"" + name + "\"").getBytes(StandardCharsets.UTF_8);
    head = (long) ByteCursor.LONGS.get(Arrays.copyOf(token, Math.max(token.length, Long.BYTES)), 0);
    mask = token.length < Long.BYTES ? (1L << (Byte.SIZE * token.length)) - 1 : -1;
  }

  int length() {
    return token.length;
  }

  /** Whether it stands there. */
  boolean isAt(byte[] json, int at) {
    return at <= json.length - Long.BYTES
        ? (((long) ByteCursor.LONGS.get(json, at) ^ head) & mask) == 0 && isAt(json, at, Long.BYTES)
        : isAt(json, at, 0);
  }

  /** Whether all but the first bytes are there. */
  private boolean isAt(byte[] json, int at, int first) {
    for (int i = first; i < token.length; i++) {
      if (at + i >= json.length || json[at + i] != token[i]) {
        return false;
      }
    }
    return true;
  }
}
