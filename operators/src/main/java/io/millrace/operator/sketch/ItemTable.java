package io.millrace.operator.sketch;

import java.util.Arrays;

/**
 * A hash table from items to two numbers each: the weight surely counted ({@code lower}) and the
 * most that may be missing from it ({@code slack}). What sketches differ in is which entries they
 * drop, and when.
 *
 * <p>Items that have the same hash are told apart by their bytes. An entry is named by a reference
 * that holds until an entry is dropped or the table grows.
 *
 * <p><b>Space</b>: an entry takes 28 bytes and those of its item, rounded up to a multiple of 8,
 * and 13 to 26 bytes in the index. While the table grows, it is there twice. <b>Time</b>: O(1),
 * about two cache lines for an update.
 */
final class ItemTable {
  /** No entry. */
  static final int NONE = -1;

  /*
   * The index is an open-addressing table with linear probing. A slot is 0 where it is free, else
   * the upper half of the item's hash and the entry's reference plus one. Entries lie in one array
   * one after the other: 8 bytes lower, 8 slack, 8 hash, 4 length, the item. References count units
   * of 8 bytes. The length of a removed entry is inverted, and it stays until the next compaction.
   */
  private static final int SLACK = 8;
  private static final int HASH = 16;
  private static final int LENGTH = 24;
  private static final int ITEM = 28;
  private static final int UNIT_SHIFT = 3;
  private static final int UNIT = 1 << UNIT_SHIFT;
  private static final int OBJECT_BYTES = 192;
  private static final int FEWEST_SLOTS = 16;
  private static final int FEWEST_BYTES = 256;
  private static final int GREATEST_ARRAY = Integer.MAX_VALUE - 64;

  /** At most 5/8 of the slots are taken, so that a search for an absent item is short. */
  private static final int LOAD_PARTS = 5;

  private static final int LOAD_SHIFT = 3;

  /** The index takes at most a third of a bounded table: entries are larger than slots. */
  private static final int INDEX_SHARE = 3;

  /** Uppers up to this far above the floor are counted one by one to find their median. */
  private static final int NEAR = 512;

  /** What the arrays may take. */
  private final long memoryBytes;

  private final int fewestItems;

  private long[] slots = new long[FEWEST_SLOTS];
  private byte[] entries = new byte[FEWEST_BYTES];
  private int size;

  /** Bytes of {@link #entries} in use, removed entries included. */
  private int used;

  /** Bytes of removed entries. */
  private int removed;

  /**
   * An empty table.
   *
   * @param memoryBytes bound of {@link #memoryBytes}
   * @param fewestItems where fewer than this are held, the bound gives way
   */
  ItemTable(long memoryBytes, int fewestItems) {
    this.memoryBytes = memoryBytes - OBJECT_BYTES;
    this.fewestItems = fewestItems;
  }

  int size() {
    return size;
  }

  /** Memory held, in bytes, with the objects around the arrays. */
  long memoryBytes() {
    return OBJECT_BYTES + (long) slots.length * Long.BYTES + entries.length;
  }

  /** The entry of an item, or {@link #NONE}. */
  int find(long hash, byte[] bytes, int start, int length) {
    int mask = slots.length - 1;
    int tag = (int) (hash >>> Integer.SIZE);
    for (int i = (int) hash & mask; ; i = (i + 1) & mask) {
      long slot = slots[i];
      if (slot == 0) {
        return NONE;
      }
      if ((int) (slot >>> Integer.SIZE) == tag) {
        int entry = (int) slot - 1;
        if (holds(entry, bytes, start, length)) {
          return entry;
        }
      }
    }
  }

  /** Word by word: items are short, and most that have the same tag are the same. */
  private boolean holds(int entry, byte[] bytes, int start, int length) {
    byte[] held = entries;
    int item = (entry << UNIT_SHIFT) + ITEM;
    if ((int) ItemBytes.INTS.get(held, item - ITEM + LENGTH) != length) {
      return false;
    }
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      if ((long) ItemBytes.LONGS.get(held, item + i)
          != (long) ItemBytes.LONGS.get(bytes, start + i)) {
        return false;
      }
    }
    if (last >= 0) {
      return (long) ItemBytes.LONGS.get(held, item + last)
          == (long) ItemBytes.LONGS.get(bytes, start + last);
    }
    for (int i = 0; i < length; i++) {
      if (held[item + i] != bytes[start + i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether an item of that length can be added without going beyond the memory bound.
   *
   * @param spareParts 1/spareParts of the entries' bound is to stay free, so that a compaction
   *     makes room for many; 0 for nothing
   */
  boolean hasRoom(int length, int spareParts) {
    if (size < fewestItems) {
      return true;
    }
    long index = (long) slots.length * Long.BYTES;
    if (!hasFreeSlot()) {
      index *= 2;
      if (index > memoryBytes / INDEX_SHARE) {
        return false;
      }
    }
    long bound = memoryBytes - index;
    long spare = spareParts == 0 ? 0 : bound / spareParts;
    return used - removed + (long) bytesOf(length) <= bound - spare;
  }

  private boolean hasFreeSlot() {
    return size + 1 <= (slots.length * (long) LOAD_PARTS) >> LOAD_SHIFT;
  }

  private static int bytesOf(int length) {
    return (ITEM + length + UNIT - 1) & -UNIT;
  }

  /**
   * Adds an item that is not in the table.
   *
   * @throws IllegalStateException where the entries would need more than 2 GiB
   */
  int insert(long hash, byte[] bytes, int start, int length, long lower, long slack) {
    if (!hasFreeSlot()) {
      resizeIndex(2 * slots.length);
    }
    int needed = bytesOf(length);
    if (needed > entries.length - used) {
      entries = Arrays.copyOf(entries, grown(needed));
    }
    int at = used;
    used += needed;
    size++;
    ItemBytes.LONGS.set(entries, at, lower);
    ItemBytes.LONGS.set(entries, at + SLACK, slack);
    ItemBytes.LONGS.set(entries, at + HASH, hash);
    ItemBytes.INTS.set(entries, at + LENGTH, length);
    System.arraycopy(bytes, start, entries, at + ITEM, length);
    int entry = at >>> UNIT_SHIFT;
    place(hash, entry);
    return entry;
  }

  private int grown(int needed) {
    long least = (long) used + needed;
    if (least > GREATEST_ARRAY) {
      throw new IllegalStateException(
          "one table of items would need more than 2 GiB; give its owner a smaller memory bound");
    }
    long wanted = Math.max(least, entries.length + (entries.length >> 1));
    long bound = memoryBytes - (long) slots.length * Long.BYTES;
    long granted = least <= bound ? Math.min(wanted, bound) : least + (least >> 3);
    return (int) Math.min(GREATEST_ARRAY, granted);
  }

  private void place(long hash, int entry) {
    int mask = slots.length - 1;
    int i = (int) hash & mask;
    while (slots[i] != 0) {
      i = (i + 1) & mask;
    }
    slots[i] = ((hash >>> Integer.SIZE) << Integer.SIZE) | (entry + 1L);
  }

  private void resizeIndex(int length) {
    slots = new long[length];
    for (int entry = first(); entry < end(); entry = next(entry)) {
      place(hash(entry), entry);
    }
  }

  /** The first entry, or {@link #end} where there is none. */
  int first() {
    return skipRemoved(0);
  }

  /** Beyond the last entry. */
  int end() {
    return used >>> UNIT_SHIFT;
  }

  /** The entry after one, or {@link #end}. */
  int next(int entry) {
    return skipRemoved(entry + (bytesOf(length(entry)) >>> UNIT_SHIFT));
  }

  private int skipRemoved(int from) {
    int entry = from;
    for (int end = end(); entry < end && length(entry) < 0; ) {
      entry += bytesOf(~length(entry)) >>> UNIT_SHIFT;
    }
    return entry;
  }

  long lower(int entry) {
    return (long) ItemBytes.LONGS.get(entries, entry << UNIT_SHIFT);
  }

  long slack(int entry) {
    return (long) ItemBytes.LONGS.get(entries, (entry << UNIT_SHIFT) + SLACK);
  }

  /** The most that the item weighs. */
  long upper(int entry) {
    return TopKSketch.saturatedSum(lower(entry), slack(entry));
  }

  void setLower(int entry, long lower) {
    ItemBytes.LONGS.set(entries, entry << UNIT_SHIFT, lower);
  }

  void setSlack(int entry, long slack) {
    ItemBytes.LONGS.set(entries, (entry << UNIT_SHIFT) + SLACK, slack);
  }

  private long hash(int entry) {
    return (long) ItemBytes.LONGS.get(entries, (entry << UNIT_SHIFT) + HASH);
  }

  int length(int entry) {
    return (int) ItemBytes.INTS.get(entries, (entry << UNIT_SHIFT) + LENGTH);
  }

  /** Where the item's bytes begin in {@link #entries}. */
  int start(int entry) {
    return (entry << UNIT_SHIFT) + ITEM;
  }

  /** The array that holds the items of all entries, until one is added or dropped. */
  byte[] bytes() {
    return entries;
  }

  String item(int entry) {
    return ItemBytes.toString(entries, start(entry), length(entry));
  }

  /** Removes one entry. References to the others stay as they are. */
  void remove(int entry) {
    int mask = slots.length - 1;
    int gap = (int) hash(entry) & mask;
    while ((int) slots[gap] - 1 != entry) {
      gap = (gap + 1) & mask;
    }
    // What follows without a free slot in between moves up if its search would pass the gap.
    for (int i = (gap + 1) & mask; slots[i] != 0; i = (i + 1) & mask) {
      int wanted = (int) hash((int) slots[i] - 1) & mask;
      if (((i - wanted) & mask) >= ((i - gap) & mask)) {
        slots[gap] = slots[i];
        gap = i;
      }
    }
    slots[gap] = 0;
    int length = length(entry);
    removed += bytesOf(length);
    size--;
    ItemBytes.INTS.set(entries, (entry << UNIT_SHIFT) + LENGTH, ~length);
  }

  /** Whether the next item of that length goes where removed entries could make room for it. */
  boolean wantsCompaction(int length) {
    return bytesOf(length) > entries.length - used && removed > used >> 3;
  }

  /** Gives removed entries' room back. References change. */
  void compact() {
    dropUpTo(Long.MIN_VALUE);
  }

  /**
   * Drops every entry whose upper bound is at most {@code threshold}. References to the others
   * change.
   */
  void dropUpTo(long threshold) {
    int kept = 0;
    int end = end();
    size = 0;
    Arrays.fill(slots, 0);
    for (int entry = first(); entry < end; ) {
      int next = next(entry);
      if (upper(entry) > threshold) {
        int at = entry << UNIT_SHIFT;
        int bytes = bytesOf(length(entry));
        if (kept < at) {
          System.arraycopy(entries, at, entries, kept, bytes);
        }
        place((long) ItemBytes.LONGS.get(entries, kept + HASH), kept >>> UNIT_SHIFT);
        kept += bytes;
        size++;
      }
      entry = next;
    }
    used = kept;
    removed = 0;
  }

  /**
   * The least threshold at which {@link #dropUpTo} drops at least half of the entries.
   *
   * @param floor about the least upper bound
   */
  long medianUpper(long floor) {
    int[] near = new int[NEAR];
    for (int entry = first(); entry < end(); entry = next(entry)) {
      long distance = Math.max(0, upper(entry) - floor);
      if (distance < NEAR) {
        near[(int) distance]++;
      }
    }
    int half = (size + 1) >>> 1;
    int passed = 0;
    for (int distance = 0; distance < NEAR; distance++) {
      passed += near[distance];
      if (passed >= half) {
        return floor + distance;
      }
    }
    long[] uppers = new long[size];
    int i = 0;
    for (int entry = first(); entry < end(); entry = next(entry)) {
      uppers[i++] = upper(entry);
    }
    Arrays.sort(uppers);
    return uppers[half - 1];
  }
}
