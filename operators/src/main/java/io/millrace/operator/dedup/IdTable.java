package io.millrace.operator.dedup;

/**
 * Hashes of ids, each with the times at which it counted.
 *
 * <p><b>Space</b>: 24 to 64 bytes an id. <b>Time</b>: O(1) amortised. <b>Error</b>: two ids with
 * one hash of 64 bits are one; among 10 million ids, one new id in 10^12 is taken for another.
 */
final class IdTable {
  private static final int FEWEST_SLOTS = 16;

  /**
   * An open-addressing table with linear probing: of each slot the hash, 0 where it is free, and
   * beside it the time, so that both come from memory together.
   */
  private long[] slots = new long[2 * FEWEST_SLOTS];

  private int size;
  private int old;

  /** How many times are held. */
  int size() {
    return size - old;
  }

  /** Memory held, in bytes. */
  long memoryBytes() {
    return 80 + (long) Long.BYTES * slots.length;
  }

  /**
   * Adds an id, unless it is there.
   *
   * @param horizonMillis an id is there if a time of it is less than this away from {@code at}
   * @param keptFrom earlier times don't count, and may have been forgotten
   * @return whether it was added
   */
  boolean add(long hash, long at, long horizonMillis, long keptFrom) {
    long kept = hash == 0 ? 1 : hash;
    int mask = slots.length - 1;
    int i = slot(kept, mask);
    while (slots[i] != 0) {
      if (slots[i] == kept
          && slots[i + 1] >= keptFrom
          && Math.abs(Math.subtractExact(at, slots[i + 1])) < horizonMillis) {
        return false;
      }
      i = (i + 2) & mask;
    }
    slots[i] = kept;
    slots[i + 1] = at;
    size++;
    if (3L * size > slots.length) {
      rebuild(keptFrom);
    }
    return true;
  }

  /**
   * Says that times before {@code keptFrom} are not asked for any more.
   *
   * @param count how many they are, but for those of which it was said before
   */
  void forget(int count, long keptFrom) {
    old += count;
    if (2 * old > size) {
      rebuild(keptFrom);
    }
  }

  private void rebuild(long keptFrom) {
    long[] former = slots;
    int kept = 0;
    for (int from = 0; from < former.length; from += 2) {
      kept += former[from] != 0 && former[from + 1] >= keptFrom ? 1 : 0;
    }
    int length = 2 * FEWEST_SLOTS;
    while (length < 4L * kept) {
      length *= 2;
    }
    slots = new long[length];
    size = 0;
    old = 0;
    int mask = length - 1;
    for (int from = 0; from < former.length; from += 2) {
      if (former[from] != 0 && former[from + 1] >= keptFrom) {
        int i = slot(former[from], mask);
        while (slots[i] != 0) {
          i = (i + 2) & mask;
        }
        slots[i] = former[from];
        slots[i + 1] = former[from + 1];
        size++;
      }
    }
  }

  /** The lowest bits say which table it is, so others are taken. */
  private static int slot(long hash, int mask) {
    return 2 * (int) (hash >>> Integer.SIZE) & mask;
  }
}
