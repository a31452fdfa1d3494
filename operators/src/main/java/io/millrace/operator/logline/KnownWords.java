package io.millrace.operator.logline;

import org.jspecify.annotations.Nullable;

/**
 * Short words that come again and again, such as levels and hosts, so that each is made once and
 * keeps its hash code. One that comes takes the place of another one, so that words of which none
 * comes twice cost little more than to make them.
 *
 * <p><b>Space</b>: 256 words of at most {@value #MOST_BYTES} bytes. <b>Time</b>: O(1).
 */
final class KnownWords {
  static final int MOST_BYTES = 2 * Long.BYTES;

  private static final int PLACE_BITS = 8;
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final @Nullable String[] words = new @Nullable String[1 << PLACE_BITS];

  /** The bytes of each, with zeros after them, and how many they are. */
  private final long[] firsts = new long[1 << PLACE_BITS];

  private final long[] seconds = new long[1 << PLACE_BITS];
  private final int[] lengths = new int[1 << PLACE_BITS];

  /**
   * The word that some bytes are.
   *
   * @param from the first of them
   * @param to the byte after them
   */
  String of(LineText text, int from, int to) {
    int length = to - from;
    if (length == 0 || length > MOST_BYTES) {
      return text.part(from, to);
    }
    byte[] bytes = text.bytes();
    long first = EightBytes.at(bytes, from, to);
    long second = length > Long.BYTES ? EightBytes.at(bytes, from + Long.BYTES, to) : 0;
    int place = (int) ((SPREAD * (first ^ SPREAD * second)) >>> (Long.SIZE - PLACE_BITS));
    String known = words[place];
    if (known != null
        && firsts[place] == first
        && seconds[place] == second
        && lengths[place] == length) {
      return known;
    }
    String made = text.part(from, to);
    words[place] = made;
    firsts[place] = first;
    seconds[place] = second;
    lengths[place] = length;
    return made;
  }
}
