package io.millrace.operator.sketch;

import io.millrace.operator.sketch.SketchForm.Reader;
import java.util.Arrays;

/**
 * The sum of sketches that come and go, such as the panes of a sliding window: adding or taking
 * away one costs what its own items cost, however many others there are. Bounds are the sums of the
 * bounds, so they hold, and the sum of exact counts is exact.
 *
 * <p><b>Space</b>: for each distinct item of all sketches in the sum its bytes and 41 to 54 more,
 * up to twice that when many have left. <b>Time</b>: O(1) for each item that is added or
 * subtracted; to offer an item that is not heavy takes a few instructions.
 *
 * <p>Not safe for use by several threads.
 */
public final class SketchSum {
  /*
   * An item's slack is the sum of the floors, plus what its slack is below the floor in each sketch
   * that has it: its excess, not positive. Sums of weights and excesses don't depend on what came
   * when, so they can be subtracted again. One number holds the excess and below it the number of
   * sketches that have the item, which leaves when there is none.
   *
   * An item has a number, by which its properties are found in arrays of their own: to look for
   * heavy items is to walk through two of them.
   */
  private static final int SKETCHES_BITS = 17;
  private static final long SKETCHES_MASK = (1L << SKETCHES_BITS) - 1;

  /** The most sketches of a sum. */
  public static final int MAX_SKETCHES = (1 << SKETCHES_BITS) - 1;

  /** So that the excesses of all sketches fit above their number; a lower one loosens a bound. */
  private static final long LEAST_EXCESS = -(1L << 28);

  private static final int FEWEST_ITEMS = 16;
  private static final int FEWEST_BYTES = 256;

  private long[] slots = new long[2 * FEWEST_ITEMS];
  private long[] lowers = new long[FEWEST_ITEMS];
  private long[] packed = new long[FEWEST_ITEMS];
  private long[] hashes = new long[FEWEST_ITEMS];
  private int[] starts = new int[FEWEST_ITEMS];
  private int[] lengths = new int[FEWEST_ITEMS];

  /** Numbers below it were given out; those of items that have left are in {@link #freed}. */
  private int items;

  private int[] freed = new int[FEWEST_ITEMS];
  private int freedItems;

  private byte[] bytes = new byte[FEWEST_BYTES];
  private int usedBytes;
  private int freedBytes;

  private int sketches;
  private long floor;

  // The sum of the totals, as a number of 128 bits.
  private long total;
  private int totalHigh;

  /** Whether a binary form can be added: not that of exact counts of a version before 0.3.0. */
  public static boolean accepts(byte[] form) {
    return new Reader(form).kind() != SketchForm.EXACT_WEIGHTS;
  }

  /**
   * Adds a sketch.
   *
   * @param form its binary form, which this {@link #accepts}
   * @throws IllegalArgumentException where the form is damaged or of a later version
   * @throws IllegalStateException where there are {@link #MAX_SKETCHES} already
   */
  public void add(byte[] form) {
    if (sketches == MAX_SKETCHES) {
      throw new IllegalStateException("a sum holds at most " + MAX_SKETCHES + " sketches");
    }
    sketches++;
    Reader in = new Reader(form);
    in.skipToBoundedWeights();
    long added = in.number();
    total += added;
    if (Long.compareUnsigned(total, added) < 0) {
      totalHigh++;
    }
    long ownFloor = in.number();
    floor += ownFloor;
    for (int left = in.count(3); left > 0; left--) {
      int length = in.count(1);
      int start = in.skip(length);
      long hash = ItemBytes.hash(form, start, length);
      int item = find(hash, form, start, length);
      if (item < 0) {
        item = insert(hash, form, start, length);
      }
      lowers[item] += in.number();
      packed[item] += packed(in.number() - ownFloor);
    }
  }

  /**
   * Takes away a sketch that was added.
   *
   * @param form the same binary form
   */
  public void subtract(byte[] form) {
    sketches--;
    Reader in = new Reader(form);
    in.skipToBoundedWeights();
    long taken = in.number();
    if (Long.compareUnsigned(total, taken) < 0) {
      totalHigh--;
    }
    total -= taken;
    long ownFloor = in.number();
    floor -= ownFloor;
    for (int left = in.count(3); left > 0; left--) {
      int length = in.count(1);
      int start = in.skip(length);
      int item = find(ItemBytes.hash(form, start, length), form, start, length);
      lowers[item] -= in.number();
      packed[item] -= packed(in.number() - ownFloor);
      if ((packed[item] & SKETCHES_MASK) == 0) {
        remove(item);
      }
    }
  }

  private static long packed(long excess) {
    return (Math.max(LEAST_EXCESS, excess) << SKETCHES_BITS) + 1;
  }

  /** Whether the weights add up to more than {@link Long#MAX_VALUE}: then ask nothing of it. */
  public boolean isBeyondLong() {
    return totalHigh != 0 || total < 0;
  }

  /** Offers every item to a selection, whose other sketches have none of them. */
  public void offerTo(TopSelection selection) {
    selection.offerSketch(total, floor);
    for (int item = 0; item < items; item++) {
      long state = packed[item];
      if (state != 0) {
        long slack = floor + (state >> SKETCHES_BITS);
        if (selection.mayEnter(lowers[item], slack)) {
          selection.offer(bytes, starts[item], lengths[item], lowers[item], slack);
        }
      }
    }
  }

  /** Memory held, in bytes. */
  public long memoryBytes() {
    return slots.length * (long) Long.BYTES
        + lowers.length * (3L * Long.BYTES + 2 * Integer.BYTES)
        + freed.length * (long) Integer.BYTES
        + bytes.length;
  }

  /** An item's number, or -1. */
  private int find(long hash, byte[] source, int start, int length) {
    int mask = slots.length - 1;
    int tag = (int) (hash >>> Integer.SIZE);
    for (int i = (int) hash & mask; slots[i] != 0; i = (i + 1) & mask) {
      if ((int) (slots[i] >>> Integer.SIZE) == tag) {
        int item = (int) slots[i] - 1;
        if (lengths[item] == length
            && ItemBytes.equal(bytes, starts[item], source, start, length)) {
          return item;
        }
      }
    }
    return -1;
  }

  private int insert(long hash, byte[] source, int start, int length) {
    int item = freedItems > 0 ? freed[--freedItems] : items++;
    if (item == lowers.length) {
      growItems();
    }
    if (length > bytes.length - usedBytes) {
      makeRoom(length);
    }
    System.arraycopy(source, start, bytes, usedBytes, length);
    lowers[item] = 0;
    packed[item] = 0;
    hashes[item] = hash;
    starts[item] = usedBytes;
    lengths[item] = length;
    usedBytes += length;
    place(hash, item);
    return item;
  }

  private void place(long hash, int item) {
    int mask = slots.length - 1;
    int i = (int) hash & mask;
    while (slots[i] != 0) {
      i = (i + 1) & mask;
    }
    slots[i] = ((hash >>> Integer.SIZE) << Integer.SIZE) | (item + 1L);
  }

  private void growItems() {
    int length = lowers.length + (lowers.length >> 1);
    lowers = Arrays.copyOf(lowers, length);
    packed = Arrays.copyOf(packed, length);
    hashes = Arrays.copyOf(hashes, length);
    starts = Arrays.copyOf(starts, length);
    lengths = Arrays.copyOf(lengths, length);
    // At most half of the slots are taken.
    if (2 * length > slots.length) {
      slots = new long[2 * slots.length];
      for (int item = 0; item < items; item++) {
        if (packed[item] != 0) {
          place(hashes[item], item);
        }
      }
    }
  }

  /** Closes the gaps that items have left, if these are many; otherwise takes more memory. */
  private void makeRoom(int length) {
    int held = usedBytes - freedBytes;
    byte[] roomy = bytes;
    if (freedBytes <= held || length > bytes.length - held) {
      roomy = new byte[Math.max(held + length, bytes.length + (bytes.length >> 1))];
    } else {
      roomy = new byte[bytes.length];
    }
    int at = 0;
    for (int item = 0; item < items; item++) {
      if (packed[item] != 0) {
        System.arraycopy(bytes, starts[item], roomy, at, lengths[item]);
        starts[item] = at;
        at += lengths[item];
      }
    }
    bytes = roomy;
    usedBytes = at;
    freedBytes = 0;
  }

  private void remove(int item) {
    int mask = slots.length - 1;
    int gap = (int) hashes[item] & mask;
    while ((int) slots[gap] - 1 != item) {
      gap = (gap + 1) & mask;
    }
    // What follows without a free slot in between moves up if its search would pass the gap.
    for (int i = (gap + 1) & mask; slots[i] != 0; i = (i + 1) & mask) {
      int wanted = (int) hashes[(int) slots[i] - 1] & mask;
      if (((i - wanted) & mask) >= ((i - gap) & mask)) {
        slots[gap] = slots[i];
        gap = i;
      }
    }
    slots[gap] = 0;
    freedBytes += lengths[item];
    if (freedItems == freed.length) {
      freed = Arrays.copyOf(freed, 2 * freed.length);
    }
    freed[freedItems++] = item;
  }
}
