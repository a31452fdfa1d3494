package io.millrace.operator.writeback;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A cache from keys to values, both bytes, within a number of bytes. A value may be absent: that
 * nothing is stored under a key is worth knowing too. An entry whose value is not stored yet is
 * dirty; it is stored before it leaves, and the oldest of them, many together, when there are too
 * many.
 *
 * <p>An entry is named by a reference, which holds until the next entry is added.
 *
 * <p><b>Space</b>: the bound; an entry takes 16 bytes, its key and its value, rounded up to a
 * multiple of 8, and 6 to 12 bytes in the index. <b>Time</b>: O(1) amortised.
 *
 * <p><b>Source</b>: S3-FIFO (Yang et al., "FIFO Queues are All You Need for Cache Eviction", SOSP
 * 2023): new keys queue in a tenth of the room, and get into the rest if they are asked for again,
 * there or soon after they left.
 */
class EntryTable {
  /** No entry. */
  static final int NONE = -1;

  /** The length of an absent value. */
  static final int ABSENT = -1;

  static final int LEAST_BYTES = 4 << 10;

  /** Stores values; must not use the table. */
  @FunctionalInterface
  interface Writer {
    /**
     * Stores a value.
     *
     * @param bytes hold key and value
     * @param valueLength {@link #ABSENT} where nothing is to be stored under the key
     */
    void write(byte[] bytes, int keyStart, int keyLength, int valueStart, int valueLength)
        throws Exception;

    /**
     * What comes first in the order in which keys are stored, from 0 to 65535: values are written
     * in about that order, which a sorted store takes much faster than any other.
     *
     * @param bytes hold the key
     */
    default int orderOf(byte[] bytes, int keyStart, int keyLength) throws Exception {
      return 0;
    }
  }

  /** Makes tables, as the constructor does. */
  @FunctionalInterface
  interface Maker {
    EntryTable make(long memoryBytes, int mostDirty, Writer writer);
  }

  /*
   * Entries lie in two rings of one array, one behind the other: 4 bytes hash, 4 length of the key,
   * 4 length of the value, 4 state, key, value. The low bits of the state say how many units of 8
   * bytes the entry has. References count units. Where an entry doesn't fit at the end of a ring,
   * what is left there is an entry that is gone, or less than a header.
   */
  private static final int KEY_LENGTH = 4;
  private static final int VALUE_LENGTH = 8;
  private static final int STATE = 12;
  private static final int KEY = 16;
  private static final int UNIT_SHIFT = 3;
  private static final int UNIT = 1 << UNIT_SHIFT;
  private static final int HEADER_UNITS = KEY >> UNIT_SHIFT;
  private static final int UNITS_MASK = (1 << 24) - 1;
  private static final int GONE = 1 << 24;
  private static final int DIRTY = 1 << 25;

  /** Set where an entry has been changed again since it was queued. */
  private static final int CHANGED_AGAIN = 1 << 26;

  /** Set for a moment, where an entry has been seen in the queue. */
  private static final int SEEN = 1 << 27;

  /** Set where nothing is stored under the entry's key. */
  private static final int UNSTORED = 1 << 28;

  private static final int USES_SHIFT = 29;
  private static final int ONE_USE = 1 << USES_SHIFT;
  private static final int MOST_USES = 3;

  private static final int FEWEST_SLOTS = 64;
  private static final int OBJECT_BYTES = 512;

  /** As many of the oldest dirty entries are stored together at most. */
  private static final int MOST_AT_ONCE = 4_096;

  /** So many bits are enough for the place of an entry among those that are stored together. */
  private static final int PLACE_BITS = 20;

  private static final int ORDER_SHIFT = 47;

  // Each may take one part in so many of the bytes.
  private static final int INDEX_SHARE = 4;
  private static final int GHOST_SHARE = 16;
  private static final int QUEUE_SHARE = 16;
  private static final int TOGETHER_SHARE = 64;
  private static final int YOUNG_SHARE = 10;
  private static final int GREATEST_ARRAY = 1 << 30;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final Writer writer;
  private final int mostDirty;
  private final int mostAtOnce;
  private final int mostSlots;
  private final int referenceBits;
  private final Ring young;
  private final Ring main;

  /** Hashes of keys that have left the young, each at the place that it gives. */
  private final int[] ghosts;

  /** Hash and reference of each dirty entry, the oldest first, and of some that are not. */
  private final long[] queue;

  private int queueHead;
  private int queued;

  /** As many entries may be dirty now. */
  private int dirtyLimit;

  /** The entries that are stored together, and their order. */
  private final int[] together;

  private final long[] order;

  private int[] slots = new int[FEWEST_SLOTS];
  private byte[] bytes;
  private int size;
  private int dirty;
  private int changes;

  /** Entries in the order in which they came, from the tail to the head; all in units. */
  private static final class Ring {
    private final int from;
    private final int mostUnits;
    private int to;
    private int head;
    private int tail;
    private int used;

    Ring(int from, int units, int mostUnits) {
      this.from = from;
      this.to = from + units;
      this.mostUnits = mostUnits;
      this.head = from;
      this.tail = from;
    }

    boolean fits(int units) {
      int free = to - from - used;
      return to - head >= units ? free >= units : free >= to - head + units;
    }

    /** Whether it can be made longer: it has not come round yet. */
    boolean canGrow() {
      return to - from < mostUnits && tail == from;
    }

    void release(int units) {
      used -= units;
      tail += units;
      if (tail == to) {
        tail = from;
      }
      if (used == 0) {
        tail = from;
        head = from;
      }
    }
  }

  /**
   * An empty table.
   *
   * @param memoryBytes bound of {@link #memoryBytes}, in bytes, at least {@link #LEAST_BYTES}
   * @param mostDirty how many entries may be dirty; positive; fewer in a small table
   * @throws IllegalArgumentException where the bound is less than that
   */
  EntryTable(long memoryBytes, int mostDirty, Writer writer) {
    if (memoryBytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "a cache needs 4 KiB or more, but is given " + memoryBytes + " bytes");
    }
    this.writer = writer;
    long share = memoryBytes - OBJECT_BYTES;
    ghosts = new int[powerOfTwo(share / GHOST_SHARE / Integer.BYTES)];
    mostSlots = powerOfTwo(share / INDEX_SHARE / Integer.BYTES);
    queue =
        new long
            [Math.min(
                powerOfTwo(share / QUEUE_SHARE / Long.BYTES), powerOfTwo(4L * (mostDirty + 1)))];
    this.mostDirty = Math.min(mostDirty, queue.length / 2 - 1);
    dirtyLimit = this.mostDirty;
    int most =
        powerOfTwo(
            Math.min(1 << PLACE_BITS, share / TOGETHER_SHARE / (Long.BYTES + Integer.BYTES)));
    together = new int[Math.min(most, powerOfTwo(2L * mostDirty))];
    order = new long[together.length];
    mostAtOnce = Math.min(together.length, Math.max(1, Math.min(MOST_AT_ONCE, mostDirty / 16)));
    long rest =
        share
            - (long) Integer.BYTES * (ghosts.length + mostSlots + together.length)
            - (long) Long.BYTES * (queue.length + order.length);
    int units = (int) (Math.min(GREATEST_ARRAY, rest) >>> UNIT_SHIFT);
    int youngUnits = units / YOUNG_SHARE;
    young = new Ring(0, youngUnits, youngUnits);
    main = new Ring(youngUnits, 0, units - youngUnits);
    bytes = new byte[youngUnits << UNIT_SHIFT];
    referenceBits = 2 * Integer.highestOneBit(units) - 1;
  }

  private static int powerOfTwo(long atMost) {
    return (int) Long.highestOneBit(Math.min(GREATEST_ARRAY >> 2, atMost));
  }

  int size() {
    return size;
  }

  /** How many entries are dirty. */
  int dirty() {
    return dirty;
  }

  /**
   * Says how many entries may be dirty from now on.
   *
   * @param share of the number given to the constructor, from 0 to 1
   */
  void limitDirty(double share) {
    dirtyLimit = Math.max(1, (int) (mostDirty * share));
  }

  /** Memory held, in bytes. */
  long memoryBytes() {
    return OBJECT_BYTES
        + (long) Integer.BYTES * (slots.length + ghosts.length + together.length)
        + (long) Long.BYTES * (queue.length + order.length)
        + bytes.length;
  }

  /** How often references may have changed. */
  int changes() {
    return changes;
  }

  /** The array that holds keys and values, until an entry is added. */
  byte[] bytes() {
    return bytes;
  }

  int valueStart(int entry) {
    return (entry << UNIT_SHIFT) + KEY + get(entry, KEY_LENGTH);
  }

  /** Length of an entry's value, or {@link #ABSENT}. */
  int valueLength(int entry) {
    return get(entry, VALUE_LENGTH);
  }

  /** The entry of a key, or {@link #NONE}. */
  int find(int hash, byte[] key, int length) {
    int mask = slots.length - 1;
    for (int i = hash & mask; slots[i] != 0; i = (i + 1) & mask) {
      if (((slots[i] ^ hash) & ~referenceBits) == 0) {
        int entry = (slots[i] & referenceBits) - 1;
        int start = (entry << UNIT_SHIFT) + KEY;
        if (get(entry, 0) == hash
            && get(entry, KEY_LENGTH) == length
            && Arrays.equals(bytes, start, start + length, key, 0, length)) {
          return entry;
        }
      }
    }
    return NONE;
  }

  /** Notes that an entry was asked for. */
  void use(int entry) {
    int state = get(entry, STATE);
    if (state >>> USES_SHIFT < MOST_USES) {
      set(entry, STATE, state + ONE_USE);
    }
  }

  /**
   * Puts a value.
   *
   * @param entry what {@link #find} says of the key
   * @param value begins with the value
   * @param valueLength {@link #ABSENT} for none
   * @param isNew whether the value is not stored yet
   * @return the entry; {@link #NONE} where it is too large to be held: then it is stored at once
   */
  int put(
      int entry, int hash, byte[] key, int keyLength, byte[] value, int valueLength, boolean isNew)
      throws Exception {
    boolean isUnstored = entry != NONE && isUnstored(entry);
    return put(entry, hash, key, keyLength, value, valueLength, isNew, isUnstored);
  }

  /**
   * Puts a value that is not stored yet, of a key that has no entry and under which nothing is
   * stored.
   *
   * @return as {@link #put}
   */
  int putFirst(int hash, byte[] key, int keyLength, byte[] value, int valueLength)
      throws Exception {
    return put(NONE, hash, key, keyLength, value, valueLength, true, true);
  }

  /**
   * Forgets an entry's value where that leaves nothing to store: nothing is stored under its key.
   * So what is soon deleted again never gets there.
   *
   * @return whether it did; the entry may be gone then
   */
  boolean forget(int entry) {
    if (!isUnstored(entry)) {
      return false;
    }
    if (valueLength(entry) != ABSENT) {
      drop(entry);
    }
    return true;
  }

  /** That a value is absent is known, or what is there has come since and was never stored. */
  private boolean isUnstored(int entry) {
    int state = get(entry, STATE);
    return (state & UNSTORED) != 0 || ((state & DIRTY) == 0 && valueLength(entry) == ABSENT);
  }

  private int put(
      int entry,
      int hash,
      byte[] key,
      int keyLength,
      byte[] value,
      int valueLength,
      boolean isNew,
      boolean isUnstored)
      throws Exception {
    int into = entry;
    int units = unitsOf(keyLength, valueLength);
    if (into != NONE && units > (get(into, STATE) & UNITS_MASK)) {
      drop(into);
      into = NONE;
    }
    if (into == NONE) {
      into = add(hash, key, keyLength, units);
      if (into == NONE) {
        if (isNew) {
          byte[] whole = Arrays.copyOf(key, keyLength + Math.max(0, valueLength));
          System.arraycopy(value, 0, whole, keyLength, Math.max(0, valueLength));
          writer.write(whole, 0, keyLength, keyLength, valueLength);
        }
        return NONE;
      }
    }
    set(into, VALUE_LENGTH, valueLength);
    System.arraycopy(value, 0, bytes, valueStart(into), Math.max(0, valueLength));
    if (isNew) {
      if (isUnstored) {
        set(into, STATE, get(into, STATE) | UNSTORED);
      }
      markDirty(into);
    }
    return into;
  }

  private static int unitsOf(int keyLength, int valueLength) {
    long length = (long) KEY + keyLength + Math.max(0, valueLength);
    return (int) Math.min(Integer.MAX_VALUE, (length + UNIT - 1) >>> UNIT_SHIFT);
  }

  /** Adds an entry without a value. */
  private int add(int hash, byte[] key, int keyLength, int units) throws Exception {
    changes++;
    int ghost = hash & (ghosts.length - 1);
    boolean isKnown = ghosts[ghost] == hash && hash != 0;
    Ring ring = isKnown || units > young.mostUnits ? main : young;
    if (units > Math.min(ring.mostUnits, UNITS_MASK)) {
      return NONE;
    }
    if (isKnown) {
      ghosts[ghost] = 0;
    }
    makeSlot();
    makeRoom(ring, units);
    int entry = append(ring, units);
    set(entry, 0, hash);
    set(entry, KEY_LENGTH, keyLength);
    set(entry, VALUE_LENGTH, ABSENT);
    set(entry, STATE, units);
    System.arraycopy(key, 0, bytes, (entry << UNIT_SHIFT) + KEY, keyLength);
    place(hash, entry);
    size++;
    return entry;
  }

  private void makeRoom(Ring ring, int units) throws Exception {
    while (!ring.fits(units)) {
      if (ring.canGrow()) {
        grow(ring, units);
      } else {
        popTail(ring, true);
      }
    }
  }

  private void grow(Ring ring, int units) {
    int length = ring.to - ring.from;
    long wanted = Math.max((long) length + units, length + (length >> 1));
    ring.to = ring.from + (int) Math.min(ring.mostUnits, wanted);
    bytes = Arrays.copyOf(bytes, ring.to << UNIT_SHIFT);
  }

  /** At most three of four slots are taken. */
  private void makeSlot() throws Exception {
    while (size >= slots.length - (slots.length >> 2)) {
      if (slots.length < mostSlots) {
        int[] before = slots;
        slots = new int[2 * before.length];
        for (int slot : before) {
          if (slot != 0) {
            int entry = (slot & referenceBits) - 1;
            place(get(entry, 0), entry);
          }
        }
      } else {
        popTail(young.used > 0 ? young : main, false);
      }
    }
  }

  /** Takes room at the head of a ring, which has it. */
  private int append(Ring ring, int units) {
    int left = ring.to - ring.head;
    if (left < units) {
      if (left >= HEADER_UNITS) {
        set(ring.head, STATE, GONE | left);
      }
      ring.used += left;
      ring.head = ring.from;
    }
    int entry = ring.head;
    ring.head += units;
    ring.used += units;
    return entry;
  }

  /**
   * Lets the oldest entry of a ring leave or go on in the main ring.
   *
   * @param staysIfFree whether it goes on wherever there is room, even if nobody asked for it
   */
  private void popTail(Ring ring, boolean staysIfFree) throws Exception {
    int entry = ring.tail;
    int left = ring.to - entry;
    int state = left < HEADER_UNITS ? GONE | left : get(entry, STATE);
    int units = state & UNITS_MASK;
    if ((state & GONE) != 0) {
      ring.release(units);
      return;
    }
    int uses = state >>> USES_SHIFT;
    boolean goesOn = uses > 0 || (staysIfFree && (main.canGrow() || main.fits(units)));
    if (ring == young && goesOn && units <= main.mostUnits) {
      makeRoom(main, units);
      // It may have been stored meanwhile.
      move(entry, append(main, units), get(entry, STATE) & (ONE_USE - 1));
      ring.release(units);
    } else if (uses > 0 && ring == main) {
      // It fits where it was, if nowhere else.
      ring.release(units);
      move(entry, append(main, units), state - ONE_USE);
    } else {
      if (ring == young) {
        ghosts[get(entry, 0) & (ghosts.length - 1)] = get(entry, 0);
      }
      if ((state & DIRTY) != 0) {
        // Mostly the oldest of all is among these, which are many and in order.
        writeOldest();
      }
      if ((get(entry, STATE) & DIRTY) != 0) {
        write(entry);
      }
      drop(entry);
      ring.release(units);
    }
  }

  private void move(int entry, int to, int state) {
    int units = state & UNITS_MASK;
    int hash = get(entry, 0);
    int slot = slotOf(hash, entry);
    slots[slot] = (hash & ~referenceBits) | (to + 1);
    System.arraycopy(bytes, entry << UNIT_SHIFT, bytes, to << UNIT_SHIFT, units << UNIT_SHIFT);
    set(to, STATE, state);
    if ((state & DIRTY) != 0 && to != entry) {
      enqueue(hash, to);
    }
  }

  /** Forgets an entry, whose room is given back when its turn comes. */
  private void drop(int entry) {
    int state = get(entry, STATE);
    dirty -= (state & DIRTY) != 0 ? 1 : 0;
    set(entry, STATE, (state & UNITS_MASK) | GONE);
    size--;
    int mask = slots.length - 1;
    int gap = slotOf(get(entry, 0), entry);
    // What follows without a free slot in between moves up if its search would pass the gap.
    for (int i = (gap + 1) & mask; slots[i] != 0; i = (i + 1) & mask) {
      int wanted = get((slots[i] & referenceBits) - 1, 0) & mask;
      if (((i - wanted) & mask) >= ((i - gap) & mask)) {
        slots[gap] = slots[i];
        gap = i;
      }
    }
    slots[gap] = 0;
  }

  private void place(int hash, int entry) {
    int mask = slots.length - 1;
    int i = hash & mask;
    while (slots[i] != 0) {
      i = (i + 1) & mask;
    }
    slots[i] = (hash & ~referenceBits) | (entry + 1);
  }

  /** The slot of that very entry, or {@link #NONE}. */
  private int slotOf(int hash, int entry) {
    int mask = slots.length - 1;
    for (int i = hash & mask; slots[i] != 0; i = (i + 1) & mask) {
      if ((slots[i] & referenceBits) - 1 == entry) {
        return i;
      }
    }
    return NONE;
  }

  private void markDirty(int entry) throws Exception {
    int state = get(entry, STATE);
    if ((state & DIRTY) != 0) {
      set(entry, STATE, state | CHANGED_AGAIN);
      return;
    }
    set(entry, STATE, state | DIRTY);
    dirty++;
    enqueue(get(entry, 0), entry);
    if (dirty > dirtyLimit) {
      writeOldest();
    }
  }

  private void enqueue(int hash, int entry) {
    if (queued == queue.length) {
      keepDirty();
    }
    push(((long) hash << Integer.SIZE) | entry);
  }

  /** Takes out of the queue what is not dirty or is there twice: at least half of it, when full. */
  private void keepDirty() {
    for (int left = queued; left > 0; left--) {
      long each = dequeue();
      if (isDirty(each) && (get((int) each, STATE) & SEEN) == 0) {
        set((int) each, STATE, get((int) each, STATE) | SEEN);
        push(each);
      }
    }
    for (int i = 0; i < queued; i++) {
      int entry = (int) queue[(queueHead + i) & (queue.length - 1)];
      set(entry, STATE, get(entry, STATE) & ~SEEN);
    }
  }

  private void push(long each) {
    queue[(queueHead + queued++) & (queue.length - 1)] = each;
  }

  private long dequeue() {
    long each = queue[queueHead];
    queueHead = (queueHead + 1) & (queue.length - 1);
    queued--;
    return each;
  }

  /** Whether what was queued is still an entry, and dirty. */
  private boolean isDirty(long each) {
    int entry = (int) each;
    int hash = (int) (each >>> Integer.SIZE);
    // Another entry may be there by now, in a slot near by.
    return slotOf(hash, entry) != NONE && get(entry, 0) == hash && (get(entry, STATE) & DIRTY) != 0;
  }

  /** Stores values of entries that have been dirty for longest without a change. */
  private void writeOldest() throws Exception {
    int count = 0;
    while (count < mostAtOnce && queued > 0) {
      long each = dequeue();
      if (isDirty(each)) {
        int state = get((int) each, STATE);
        if ((state & CHANGED_AGAIN) == 0) {
          together[count++] = (int) each;
          clean((int) each);
        } else {
          set((int) each, STATE, state & ~CHANGED_AGAIN);
          push(each);
        }
      }
    }
    writeTogether(count);
  }

  /** Stores the values of all dirty entries. */
  void flush() throws Exception {
    int count = 0;
    while (queued > 0) {
      long each = dequeue();
      if (isDirty(each)) {
        together[count++] = (int) each;
        clean((int) each);
        if (count == together.length) {
          writeTogether(count);
          count = 0;
        }
      }
    }
    writeTogether(count);
    if (dirty != 0) {
      throw new IllegalStateException(dirty + " changed values are in no queue");
    }
  }

  /** Stores the values of the first entries of {@link #together}, about in the order of keys. */
  private void writeTogether(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      int length = get(together[i], KEY_LENGTH);
      int start = (together[i] << UNIT_SHIFT) + KEY;
      long first = 0;
      for (int at = 0; at < Integer.BYTES; at++) {
        first = (first << Byte.SIZE) | (at < length ? bytes[start + at] & 0xFF : 0);
      }
      long prefix = first >>> (Integer.SIZE + PLACE_BITS - ORDER_SHIFT);
      order[i] =
          ((long) writer.orderOf(bytes, start, length) << ORDER_SHIFT) | (prefix << PLACE_BITS) | i;
    }
    Arrays.sort(order, 0, count);
    for (int i = 0; i < count; i++) {
      write(together[(int) order[i] & ((1 << PLACE_BITS) - 1)]);
    }
  }

  private void write(int entry) throws Exception {
    int keyLength = get(entry, KEY_LENGTH);
    int key = (entry << UNIT_SHIFT) + KEY;
    writer.write(bytes, key, keyLength, key + keyLength, get(entry, VALUE_LENGTH));
    set(entry, STATE, get(entry, STATE) & ~UNSTORED);
  }

  private void clean(int entry) {
    set(entry, STATE, get(entry, STATE) & ~(DIRTY | CHANGED_AGAIN));
    dirty--;
  }

  private int get(int entry, int field) {
    return (int) INTS.get(bytes, (entry << UNIT_SHIFT) + field);
  }

  private void set(int entry, int field, int value) {
    INTS.set(bytes, (entry << UNIT_SHIFT) + field, value);
  }
}
