package io.millrace.operator.dedup;

/**
 * Hashes of ids, each with the times at which it counted.
 *
 * <p><b>Space</b>: 24 to 64 bytes an id. <b>Time</b>: O(1) amortised. <b>Error</b>: two ids with
 * one hash of 64 bits are one; among 10 million ids, one new id in 10^12 is taken for another.
 */
final class IdTable {
  private static final int FEWEST_SLOTS = 16;

  /** An open-addressing table with linear probing; a hash of 0 is a free slot. */
  private long[] hashes = new long[FEWEST_SLOTS];

  private long[] times = new long[FEWEST_SLOTS];
  private int size;
  private int old;

  /** How many times are held. */
  int size() {
    return size - old;
  }

  /** Memory held, in bytes. */
  long memoryBytes() {
    return 80 + 2L * Long.BYTES * hashes.length;
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
    int mask = hashes.length - 1;
    int i = slot(kept, mask);
    while (hashes[i] != 0) {
      if (hashes[i] == kept
          && times[i] >= keptFrom
          && Math.abs(Math.subtractExact(at, times[i])) < horizonMillis) {
        return false;
      }
      i = (i + 1) & mask;
    }
    hashes[i] = kept;
    times[i] = at;
    size++;
    if (3 * size > 2 * hashes.length) {
      rebuild(keptFrom);
    }
    return true;
  }

  /**
   * Says that times before {@code keptFrom} are not asked for any more.
   *
   * @param count how many more they are than when it was last said
   */
  void forget(int count, long keptFrom) {
    old += count;
    if (2 * old > size) {
      rebuild(keptFrom);
    }
  }

  private void rebuild(long keptFrom) {
    long[] formerHashes = hashes;
    long[] formerTimes = times;
    int length = FEWEST_SLOTS;
    while (length < 2 * (size - old)) {
      length *= 2;
    }
    hashes = new long[length];
    times = new long[length];
    size = 0;
    old = 0;
    int mask = length - 1;
    for (int from = 0; from < formerHashes.length; from++) {
      if (formerHashes[from] != 0 && formerTimes[from] >= keptFrom) {
        int i = slot(formerHashes[from], mask);
        while (hashes[i] != 0) {
          i = (i + 1) & mask;
        }
        hashes[i] = formerHashes[from];
        times[i] = formerTimes[from];
        size++;
      }
    }
  }

  /** The lowest bits say which table it is, so others are taken. */
  private static int slot(long hash, int mask) {
    return (int) (hash >>> Integer.SIZE) & mask;
  }
}
