package io.millrace.operator.ratelimit;

import java.util.Arrays;

/** The hashes of one batch of requests, to find those that come twice in it. */
final class HashBatch {
  private static final int FEWEST_SLOTS = 16;

  /** An open-addressing table with linear probing; a hash of 0 is a free slot. */
  private long[] slots = new long[FEWEST_SLOTS];

  /**
   * Forgets all.
   *
   * @param most how many may be added
   */
  void start(int most) {
    int length = FEWEST_SLOTS;
    while (length < 2L * most && length < 1 << 30) {
      length *= 2;
    }
    if (slots.length == length) {
      Arrays.fill(slots, 0);
    } else {
      slots = new long[length];
    }
  }

  /** Adds one; false where it is there. */
  boolean add(long ofHash) {
    long hash = ofHash == 0 ? 1 : ofHash;
    int mask = slots.length - 1;
    int i = (int) (hash >>> Integer.SIZE) & mask;
    while (slots[i] != 0) {
      if (slots[i] == hash) {
        return false;
      }
      i = (i + 1) & mask;
    }
    slots[i] = hash;
    return true;
  }
}
