package io.millrace.operator.sketch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Items as the sketches hold them: the bytes of their UTF-8 form. Half a surrogate pair, which
 * UTF-8 has no form for, is encoded as if it were a character, so that every string has bytes of
 * its own.
 *
 * <p><b>Source</b>: RFC 3629 (UTF-8); The WTF-8 encoding, 2018, for halves of surrogate pairs. The
 * hash multiplies and rotates words of 8 bytes; its last step is that of MurmurHash3.
 */
public final class ItemBytes {
  /** Eight bytes of an array at once. */
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Four bytes of an array at once. */
  static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * Differs from process to process, so that nobody can send items that are made to collide. Hence
   * no hash of it may be part of a binary form.
   */
  private static final long SEED = new SplittableRandom().nextLong();

  private static final long WORD_FACTOR = 0x9E3779B97F4A7C15L;
  private static final long ROUND_FACTOR = 0xC2B2AE3D27D4EB4FL;
  private static final int ROUND_ROTATION = 31;
  private static final long NOT_ASCII = 0x8080808080808080L;

  // Powers of 31, modulo 2^32.
  private static final int POWER_2 = 961;
  private static final int POWER_3 = 29_791;
  private static final int POWER_4 = 923_521;
  private static final int POWER_5 = 28_629_151;
  private static final int POWER_6 = 887_503_681;
  private static final int POWER_7 = 1_742_810_335;
  private static final int POWER_8 = -1_807_454_463;

  private static final int FIRST_SURROGATE_LEAD = 0xED;
  private static final int FIRST_SURROGATE_TRAIL = 0xA0;

  private ItemBytes() {}

  /** The hash of an item, for as long as this process lives. */
  public static long hash(byte[] bytes, int start, int length) {
    return hash(SEED, bytes, start, length);
  }

  /** The hash of an item under a seed: the same on every machine and in every version. */
  public static long hash(long seed, byte[] bytes, int start, int length) {
    long hash = seed ^ (length * ROUND_FACTOR);
    int end = start + length;
    int at = start;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      hash = round(hash, (long) LONGS.get(bytes, at));
    }
    if (at < end) {
      hash = round(hash, tail(bytes, start, at, end));
    }
    hash ^= hash >>> 33;
    hash *= 0xFF51AFD7ED558CCDL;
    hash ^= hash >>> 33;
    hash *= 0xC4CEB9FE1A85EC53L;
    return hash ^ (hash >>> 33);
  }

  private static long round(long hash, long word) {
    return Long.rotateLeft(hash ^ (word * WORD_FACTOR), ROUND_ROTATION) * ROUND_FACTOR;
  }

  /** What is left of less than eight bytes; some before it come in again where there are any. */
  private static long tail(byte[] bytes, int start, int at, int end) {
    if (end - start >= Long.BYTES) {
      return (long) LONGS.get(bytes, end - Long.BYTES);
    }
    if (end - at >= Integer.BYTES) {
      long low = (int) INTS.get(bytes, at) & 0xFFFFFFFFL;
      return low | ((long) (int) INTS.get(bytes, end - Integer.BYTES) << Integer.SIZE);
    }
    long word = 0;
    for (int i = at; i < end; i++) {
      word = (word << Byte.SIZE) | (bytes[i] & 0xFF);
    }
    return word;
  }

  /** Whether two items of one length have the same bytes: word by word, for items are short. */
  static boolean equal(byte[] left, int leftStart, byte[] right, int rightStart, int length) {
    int last = length - Long.BYTES;
    if (last < 0) {
      for (int i = 0; i < length; i++) {
        if (left[leftStart + i] != right[rightStart + i]) {
          return false;
        }
      }
      return true;
    }
    for (int i = 0; i < last; i += Long.BYTES) {
      if ((long) LONGS.get(left, leftStart + i) != (long) LONGS.get(right, rightStart + i)) {
        return false;
      }
    }
    return (long) LONGS.get(left, leftStart + last) == (long) LONGS.get(right, rightStart + last);
  }

  /** Copies an item: faster than a call for what is as short as items are. */
  static void copy(byte[] source, int start, byte[] target, int to, int length) {
    int last = length - Long.BYTES;
    if (last < 0) {
      System.arraycopy(source, start, target, to, length);
      return;
    }
    for (int i = 0; i < last; i += Long.BYTES) {
      LONGS.set(target, to + i, (long) LONGS.get(source, start + i));
    }
    LONGS.set(target, to + last, (long) LONGS.get(source, start + last));
  }

  /** The bytes of an item. */
  public static byte[] of(String item) {
    for (int i = 0; i < item.length(); i++) {
      if (Character.isSurrogate(item.charAt(i))) {
        return withSurrogates(item);
      }
    }
    return item.getBytes(StandardCharsets.UTF_8);
  }

  /** The item that has these bytes. */
  public static String toString(byte[] bytes, int start, int length) {
    for (int i = start; i < start + length - 1; i++) {
      if ((bytes[i] & 0xFF) == FIRST_SURROGATE_LEAD
          && (bytes[i + 1] & 0xFF) >= FIRST_SURROGATE_TRAIL) {
        return withHalves(bytes, start, length);
      }
    }
    return new String(bytes, start, length, StandardCharsets.UTF_8);
  }

  /** {@link String#hashCode} of the item that has these bytes. */
  public static int stringHash(byte[] bytes, int start, int length) {
    int hash = 0;
    int end = start + length;
    int at = start;
    // Eight at once, since no product of these has to wait for another.
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long word = (long) LONGS.get(bytes, at);
      if ((word & NOT_ASCII) != 0) {
        return toString(bytes, start, length).hashCode();
      }
      int low = (int) word;
      int high = (int) (word >>> Integer.SIZE);
      hash =
          POWER_8 * hash
              + POWER_7 * (low & 0xFF)
              + POWER_6 * (low >> 8 & 0xFF)
              + POWER_5 * (low >> 16 & 0xFF)
              + POWER_4 * (low >> 24)
              + POWER_3 * (high & 0xFF)
              + POWER_2 * (high >> 8 & 0xFF)
              + 31 * (high >> 16 & 0xFF)
              + (high >> 24);
    }
    for (; at < end; at++) {
      if (bytes[at] < 0) {
        return toString(bytes, start, length).hashCode();
      }
      hash = 31 * hash + bytes[at];
    }
    return hash;
  }

  private static byte[] withSurrogates(String item) {
    byte[] bytes = new byte[3 * item.length()];
    int length = 0;
    for (int i = 0; i < item.length(); ) {
      int point = item.codePointAt(i);
      i += Character.charCount(point);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        bytes[length++] = (byte) (0xE0 | (point >>> 12));
        bytes[length++] = (byte) (0x80 | ((point >>> 6) & 0x3F));
        bytes[length++] = (byte) (0x80 | (point & 0x3F));
      } else {
        byte[] encoded = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  private static String withHalves(byte[] bytes, int start, int length) {
    StringBuilder item = new StringBuilder(length);
    int plain = start;
    int end = start + length;
    for (int i = start; i < end; i++) {
      if ((bytes[i] & 0xFF) == FIRST_SURROGATE_LEAD
          && i + 2 < end
          && (bytes[i + 1] & 0xFF) >= FIRST_SURROGATE_TRAIL) {
        item.append(decoded(bytes, plain, i));
        item.append((char) (0xD000 | ((bytes[i + 1] & 0x3F) << 6) | (bytes[i + 2] & 0x3F)));
        i += 2;
        plain = i + 1;
      }
    }
    return item.append(decoded(bytes, plain, end)).toString();
  }

  private static CharBuffer decoded(byte[] bytes, int from, int to) {
    return StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes, from, to - from));
  }
}
