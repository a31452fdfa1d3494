package io.millrace.operator.chart;

import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.sketch.ItemSlice;
import java.util.Arrays;

/**
 * Numbers items from 0 in the order in which they first come.
 *
 * <p><b>Space</b>: 16 to 24 bytes an item beside its own. <b>Time</b>: O(1).
 */
final class ItemNumbers {
  private static final int FEWEST = 16;

  /** An open-addressing table with linear probing, of the numbers plus one. */
  private int[] slots = new int[2 * FEWEST];

  private long[] hashes = new long[FEWEST];

  /** Where the bytes of each item end. */
  private int[] ends = new int[FEWEST];

  private byte[] bytes = new byte[FEWEST * Long.BYTES];
  private int size;

  /** Forgets all items, and keeps room for as many. */
  void clear() {
    Arrays.fill(slots, 0);
    size = 0;
  }

  /** How many items have a number. */
  int size() {
    return size;
  }

  /** Memory held, in bytes. */
  long memoryBytes() {
    return 100
        + (long) slots.length * Integer.BYTES
        + (long) hashes.length * (Long.BYTES + Integer.BYTES)
        + bytes.length;
  }

  /** The number of an item, which is a new one if it has none yet. */
  int of(ItemSlice item) {
    return of(item.bytes(), item.start(), item.length());
  }

  /** The number of an item, which is a new one if it has none yet. */
  int of(byte[] source, int start, int length) {
    long hash = ItemBytes.hash(source, start, length);
    int mask = slots.length - 1;
    int slot = (int) hash & mask;
    while (slots[slot] != 0) {
      int number = slots[slot] - 1;
      if (hashes[number] == hash
          && Arrays.equals(bytes, start(number), ends[number], source, start, start + length)) {
        return number;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = size + 1;
    return insert(hash, source, start, length);
  }

  private int insert(long hash, byte[] source, int start, int length) {
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    int number = size++;
    int at = start(number);
    if (length > bytes.length - at) {
      bytes = Arrays.copyOf(bytes, Math.max(at + length, 2 * bytes.length));
    }
    System.arraycopy(source, start, bytes, at, length);
    hashes[number] = hash;
    ends[number] = at + length;
    if (2 * size > slots.length) {
      rebuild();
    }
    return number;
  }

  private void rebuild() {
    slots = new int[2 * slots.length];
    int mask = slots.length - 1;
    for (int number = 0; number < size; number++) {
      int slot = (int) hashes[number] & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = number + 1;
    }
  }

  /** Holds all items one after the other. */
  byte[] bytes() {
    return bytes;
  }

  /** Where in {@link #bytes} an item starts. */
  int start(int number) {
    return number == 0 ? 0 : ends[number - 1];
  }

  /** How many bytes an item has. */
  int length(int number) {
    return ends[number] - start(number);
  }

  /** A copy of an item. */
  byte[] copy(int number) {
    return Arrays.copyOfRange(bytes, start(number), ends[number]);
  }
}
