package io.millrace.operator.distinct;

import java.util.Arrays;

/**
 * Counts the distinct items of a window whose parts come and go: says what {@link DistinctSample}
 * says of the parts that are in it. Beyond twice what is exact, it keeps only the least hashes;
 * when too few of these are left, it {@link #isShort}, and is to be made anew from the parts.
 *
 * <p><b>Space</b>: 12 to 18 bytes an item, at most 36 KiB. <b>Time</b>: O(items of the part + items
 * kept / 16) for a part that comes or goes. <b>Error</b>: that of {@link DistinctSample}.
 */
public final class DistinctWindow {
  private static final int FEWEST = 8;
  private static final int MOST_KEPT = 2 * DistinctSample.EXACT;

  /** So many are left when there are too many. */
  private static final int KEPT = 3 * DistinctSample.EXACT / 2;

  /** In rising order. */
  private long[] hashes = new long[FEWEST];

  /** In how many parts each of them is. */
  private int[] times = new int[FEWEST];

  private int size;

  /** From this hash on none is kept. */
  private long end = Long.MAX_VALUE;

  private final Room room;

  /** What a change is made in: one will do for many windows, one change at a time. */
  public static final class Room {
    private long[] hashes = new long[FEWEST];
    private int[] times = new int[FEWEST];

    private void of(int size) {
      if (hashes.length < size) {
        hashes = new long[2 * size];
        times = new int[2 * size];
      }
    }
  }

  /** An empty window. */
  public DistinctWindow(Room room) {
    this.room = room;
  }

  /**
   * Adds a part.
   *
   * @param least what {@link DistinctSample#least} says of it, or all of its items, among others
   * @param from where it begins there
   * @param to where it ends, exclusive
   */
  public void enter(long[] least, int from, int to) {
    room.of(size + to - from);
    int read = 0;
    int written = 0;
    for (int i = from; i < to && least[i] < end; i++) {
      int place = place(least[i], read);
      written = copy(read, place, written);
      read = place;
      boolean isThere = place < size && hashes[place] == least[i];
      room.hashes[written] = least[i];
      room.times[written++] = isThere ? times[place] + 1 : 1;
      read += isThere ? 1 : 0;
    }
    take(copy(read, size, written));
  }

  /**
   * Takes out a part that was added.
   *
   * @throws IllegalArgumentException where it was not
   */
  public void leave(long[] least, int from, int to) {
    room.of(size);
    int read = 0;
    int written = 0;
    for (int i = from; i < to && least[i] < end; i++) {
      int place = place(least[i], read);
      if (place == size || hashes[place] != least[i]) {
        throw new IllegalArgumentException("the part that leaves was not added");
      }
      written = copy(read, place, written);
      read = place + 1;
      if (times[place] > 1) {
        room.hashes[written] = least[i];
        room.times[written++] = times[place] - 1;
      }
    }
    take(copy(read, size, written));
  }

  /** The place of a hash, or where it would be, from another place on. */
  private int place(long hash, int from) {
    int place = Arrays.binarySearch(hashes, from, size, hash);
    return place < 0 ? -place - 1 : place;
  }

  private int copy(int from, int to, int target) {
    System.arraycopy(hashes, from, room.hashes, target, to - from);
    System.arraycopy(times, from, room.times, target, to - from);
    return target + to - from;
  }

  private void take(int newSize) {
    size = newSize;
    if (size > MOST_KEPT) {
      end = room.hashes[KEPT];
      size = KEPT;
    }
    if (size > hashes.length) {
      hashes = new long[size + size / 2];
      times = new int[size + size / 2];
    }
    System.arraycopy(room.hashes, 0, hashes, 0, size);
    System.arraycopy(room.times, 0, times, 0, size);
  }

  /** Whether what is kept no longer tells how many there are. */
  public boolean isShort() {
    return end < Long.MAX_VALUE && isExact();
  }

  /** Whether {@link #count} is exact. */
  public boolean isExact() {
    return size <= DistinctSample.EXACT;
  }

  /** How many distinct items the parts have; of no use where it {@link #isShort}. */
  public long count() {
    return isExact() ? size : DistinctSample.estimate(hashes[DistinctSample.EXACT]);
  }
}
