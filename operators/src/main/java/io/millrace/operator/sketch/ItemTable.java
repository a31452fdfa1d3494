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
 * <p><b>Space</b>: an entry takes 24 bytes and those of its item, rounded up to a multiple of 8,
 * and 8 to 16 bytes in the index, or more where the index is bounded by the entries' room. While
 * the table grows, it is there twice. <b>Time</b>: O(1), about two cache lines for an update.
 */
final class ItemTable {
  /** No entry. */
  static final int NONE = -1;

  /*
   * The index is an open-addressing table with linear probing. Entries lie in one array one after
   * the other: 8 bytes lower, 8 slack, 4 hash, 4 length, the item. References count units of 8
   * bytes. A slot is 0 where it is free, else the entry's reference plus one in its low bits, as
   * many as any reference now takes, and above them those of the item's hash: a search looks at the
   * entry only where these agree. The length of a removed entry is inverted, and it stays until the
   * next compaction.
   */
  private static final int SLACK = 8;
  private static final int HASH = 16;
  private static final int LENGTH = 20;
  private static final int ITEM = 24;
  private static final int UNIT_SHIFT = 3;
  private static final int UNIT = 1 << UNIT_SHIFT;
  private static final int OBJECT_BYTES = 192;
  private static final int FEWEST_SLOTS = 16;
  private static final int FEWEST_BYTES = 256;
  private static final int GREATEST_ARRAY = Integer.MAX_VALUE - 64;

  /** The index takes at most a third of a bounded table: entries are larger than slots. */
  private static final int INDEX_SHARE = 3;

  /** Uppers up to this far above the floor are counted one by one to find their median. */
  private static final int NEAR = 512;

  /** What the arrays may take. */
  private final long memoryBytes;

  private final int fewestItems;

  private int[] slots = new int[FEWEST_SLOTS];
  private byte[] entries = new byte[FEWEST_BYTES];

  /** The bits of a slot that a reference to anywhere in {@link #entries} takes. */
  private int referenceBits = referenceBits(FEWEST_BYTES);

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
    return OBJECT_BYTES + (long) slots.length * Integer.BYTES + entries.length;
  }

  /** The entry of an item, or {@link #NONE}. */
  int find(long hash, byte[] bytes, int start, int length) {
    int[] slots = this.slots;
    int mask = slots.length - 1;
    int referenceBits = this.referenceBits;
    int kept = kept(hash);
    int i = kept & mask;
    while (true) {
      int slot = slots[i];
      // Most searches end at the first slot, with the item.
      if (((slot ^ kept) & ~referenceBits) == 0) {
        int entry = (slot & referenceBits) - 1;
        if (entry != NONE && holds(entry, kept, bytes, start, length)) {
          return entry;
        }
      }
      if (slot == 0) {
        return NONE;
      }
      i = (i + 1) & mask;
    }
  }

  /**
   * The entry of an item of eight bytes, or {@link #NONE}: they are compared at once, without their
   * hash.
   *
   * @param item its bytes, the first in the lowest eight bits
   */
  int findWord(long hash, long item) {
    int[] slots = this.slots;
    byte[] entries = this.entries;
    int mask = slots.length - 1;
    int referenceBits = this.referenceBits;
    int kept = kept(hash);
    int i = kept & mask;
    while (true) {
      int slot = slots[i];
      if (((slot ^ kept) & ~referenceBits) == 0) {
        int entry = (slot & referenceBits) - 1;
        int at = entry << UNIT_SHIFT;
        if (entry != NONE
            && (int) ItemBytes.INTS.get(entries, at + LENGTH) == Long.BYTES
            && (long) ItemBytes.LONGS.get(entries, at + ITEM) == item) {
          return entry;
        }
      }
      if (slot == 0) {
        return NONE;
      }
      i = (i + 1) & mask;
    }
  }

  /** What is kept of a hash. */
  private static int kept(long hash) {
    return (int) (hash >>> Integer.SIZE);
  }

  private boolean holds(int entry, int hash, byte[] bytes, int start, int length) {
    int at = entry << UNIT_SHIFT;
    return (long) ItemBytes.LONGS.get(entries, at + HASH) == hashAndLength(hash, length)
        && ItemBytes.equal(entries, at + ITEM, bytes, start, length);
  }

  private static long hashAndLength(int hash, int length) {
    return ((long) length << Integer.SIZE) | (hash & 0xFFFFFFFFL);
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
    long index = (long) slots.length * Integer.BYTES;
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

  /**
   * Whether so many items of so many bytes in all can be added without going beyond the memory
   * bound.
   */
  boolean hasRoomFor(int items, long bytes) {
    long wanted = slots.length;
    while (size + (long) items > wanted >> 1) {
      wanted *= 2;
    }
    long index = wanted * Integer.BYTES;
    if (wanted > slots.length && index > memoryBytes / INDEX_SHARE) {
      return false;
    }
    return used - removed + bytes + (long) items * (ITEM + UNIT) <= memoryBytes - index;
  }

  /** Removes all entries, and keeps their room. */
  void clear() {
    Arrays.fill(slots, 0);
    size = 0;
    used = 0;
    removed = 0;
  }

  /** At most half of the slots are taken, so that a search for an absent item is short. */
  private boolean hasFreeSlot() {
    return size < slots.length >> 1;
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
    int needed = bytesOf(length);
    if (!hasFreeSlot()) {
      growIndex(needed);
    }
    if (needed > entries.length - used) {
      entries = Arrays.copyOf(entries, grown(needed));
      if (referenceBits != referenceBits(entries.length)) {
        resizeIndex(slots.length);
      }
    }
    int at = used;
    used += needed;
    size++;
    ItemBytes.LONGS.set(entries, at, lower);
    ItemBytes.LONGS.set(entries, at + SLACK, slack);
    ItemBytes.LONGS.set(entries, at + HASH, hashAndLength(kept(hash), length));
    ItemBytes.copy(bytes, start, entries, at + ITEM, length);
    int entry = at >>> UNIT_SHIFT;
    place(kept(hash), entry);
    return entry;
  }

  /**
   * Looks at the entries that items with these hashes may have, so that they are near the processor
   * when the items are looked for. Those that are far away come together.
   *
   * @return a number that says nothing
   */
  long fetch(long[] hashes, int count) {
    int[] slots = this.slots;
    int mask = slots.length - 1;
    int last = entries.length - Long.BYTES;
    long seen = 0;
    for (int i = 0; i < count; i++) {
      seen += slots[kept(hashes[i]) & mask];
    }
    for (int i = 0; i < count; i++) {
      int entry = Math.max(0, (slots[kept(hashes[i]) & mask] & referenceBits) - 1);
      seen += (long) ItemBytes.LONGS.get(entries, entry << UNIT_SHIFT);
      // The last item may have no bytes, and nothing be behind it.
      seen += (long) ItemBytes.LONGS.get(entries, Math.min(start(entry), last));
    }
    return seen;
  }

  private int grown(int needed) {
    long least = (long) used + needed;
    if (least > GREATEST_ARRAY) {
      throw new IllegalStateException(
          "one table of items would need more than 2 GiB; give its owner a smaller memory bound");
    }
    long wanted = Math.max(least, entries.length + (entries.length >> 1));
    long bound = memoryBytes - (long) slots.length * Integer.BYTES;
    long granted = least <= bound ? Math.min(wanted, bound) : least + (least >> 3);
    return (int) Math.min(GREATEST_ARRAY, granted);
  }

  /** A reference plus one is at most the number of units. */
  private static int referenceBits(int bytes) {
    return 2 * Integer.highestOneBit(bytes >>> UNIT_SHIFT) - 1;
  }

  private void place(int hash, int entry) {
    int[] slots = this.slots;
    int mask = slots.length - 1;
    int i = hash & mask;
    while (slots[i] != 0) {
      i = (i + 1) & mask;
    }
    slots[i] = (hash & ~referenceBits) | (entry + 1);
  }

  /** What the index takes, entries that have grown up to the bound give back. */
  private void growIndex(int needed) {
    int length = 2 * slots.length;
    long bound = memoryBytes - (long) length * Integer.BYTES;
    if (entries.length > bound && used + (long) needed <= bound) {
      entries = Arrays.copyOf(entries, (int) bound);
    }
    resizeIndex(length);
  }

  private void resizeIndex(int length) {
    slots = new int[length];
    referenceBits = referenceBits(entries.length);
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

  /** Adds to the weight surely counted, which stays at the greatest number. */
  void addLower(int entry, long weight) {
    int at = entry << UNIT_SHIFT;
    long lower = (long) ItemBytes.LONGS.get(entries, at);
    ItemBytes.LONGS.set(entries, at, TopKSketch.saturatedSum(lower, weight));
  }

  void setSlack(int entry, long slack) {
    ItemBytes.LONGS.set(entries, (entry << UNIT_SHIFT) + SLACK, slack);
  }

  private int hash(int entry) {
    return (int) ItemBytes.INTS.get(entries, (entry << UNIT_SHIFT) + HASH);
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
    int gap = hash(entry) & mask;
    while ((slots[gap] & referenceBits) - 1 != entry) {
      gap = (gap + 1) & mask;
    }
    // What follows without a free slot in between moves up if its search would pass the gap.
    for (int i = (gap + 1) & mask; slots[i] != 0; i = (i + 1) & mask) {
      int wanted = hash((slots[i] & referenceBits) - 1) & mask;
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
    byte[] entries = this.entries;
    int end = used;
    int kept = 0;
    int length = 0;
    int bytes = bytesOf(length);
    size = 0;
    Arrays.fill(slots, 0);
    for (int at = 0; at < end; at += bytes) {
      // Where lengths repeat, the next entry is known before this one's length is.
      int held = (int) ItemBytes.INTS.get(entries, at + LENGTH);
      if (held != length) {
        length = held;
        bytes = bytesOf(Math.max(length, ~length));
      }
      if (length >= 0 && upper(at >>> UNIT_SHIFT) > threshold) {
        if (kept < at) {
          ItemBytes.copy(entries, at, entries, kept, bytes);
        }
        place((int) ItemBytes.INTS.get(entries, kept + HASH), kept >>> UNIT_SHIFT);
        kept += bytes;
        size++;
      }
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
