package io.millrace.operator.writeback;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values as objects, by key, up to a number of them: those that have not been asked for since the
 * hand last came by leave first. One that has changed and is not in bytes yet is dirty, and is
 * written before it leaves. One that is cleared before it was ever written leaves at once.
 *
 * <p><b>Space</b>: O(values). <b>Time</b>: O(1) amortised; a key's hash is found in an array, so
 * that a search looks at no cell but the one that it finds.
 *
 * <p><b>Source</b>: CLOCK (Corbató, "A Paging Experiment with the Multics System", 1968).
 */
final class ObjectTable<K, V> {
  private static final int FEWEST_SLOTS = 1 << 10;

  private final int most;
  private final Writer<K, V> writer;

  /** The hash of the key whose cell is at the same place; 0 where there is none. */
  private int[] hashes = new int[FEWEST_SLOTS];

  private @Nullable Cell<K, V>[] cells = cells(FEWEST_SLOTS);
  private int size;
  private final List<Cell<K, V>> ring = new ArrayList<>();

  /** Those of the ring that hold no value. */
  private final List<Cell<K, V>> free = new ArrayList<>();

  private int hand;

  /** Writes a value as bytes; must not use the table. */
  @FunctionalInterface
  interface Writer<K, V> {
    void write(K key, @Nullable V value) throws Exception;
  }

  /** A key's value; absent ones are known too. */
  static final class Cell<K, V> {
    private K key;
    private @Nullable V value;
    private boolean dirty;
    private boolean used;

    /** Whether the value is absent in bytes. */
    private boolean unwritten;

    private Cell(K key) {
      this.key = key;
    }

    @Nullable V value() {
      used = true;
      return value;
    }
  }

  /** Empty; positive, how many values there may be. */
  ObjectTable(int most, Writer<K, V> writer) {
    this.most = most;
    this.writer = writer;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // There are no arrays of a generic type.
  private static <K, V> @Nullable Cell<K, V>[] cells(int count) {
    return (@Nullable Cell<K, V>[]) new Cell[count];
  }

  /** The cell of a key; null where there is none. It holds until the next is added or changed. */
  @Nullable Cell<K, V> find(K key) {
    int hash = hash(key);
    int mask = hashes.length - 1;
    for (int i = hash & mask; hashes[i] != 0; i = (i + 1) & mask) {
      Cell<K, V> cell = cells[i];
      if (hashes[i] == hash && cell != null && cell.key.equals(key)) {
        return cell;
      }
    }
    return null;
  }

  /** Never 0. Keys of one task have hashes that are alike in some way, so they are mixed. */
  private static int hash(Object key) {
    int hash = key.hashCode() * 0x9E3779B9;
    return (hash ^ (hash >>> Short.SIZE)) | Integer.MIN_VALUE;
  }

  private void place(int hash, Cell<K, V> cell) {
    int mask = hashes.length - 1;
    int i = hash & mask;
    while (hashes[i] != 0) {
      i = (i + 1) & mask;
    }
    hashes[i] = hash;
    cells[i] = cell;
  }

  private void put(Cell<K, V> cell) {
    if (2 * size >= hashes.length) {
      int[] oldHashes = hashes;
      @Nullable Cell<K, V>[] oldCells = cells;
      hashes = new int[2 * oldHashes.length];
      cells = cells(hashes.length);
      for (int i = 0; i < oldHashes.length; i++) {
        Cell<K, V> each = oldCells[i];
        if (each != null) {
          place(oldHashes[i], each);
        }
      }
    }
    size++;
    place(hash(cell.key), cell);
  }

  private void remove(Cell<K, V> cell) {
    int mask = hashes.length - 1;
    int gap = hash(cell.key) & mask;
    while (cells[gap] != cell) {
      gap = (gap + 1) & mask;
    }
    // What follows without a free slot in between moves up if its search would pass the gap.
    for (int i = (gap + 1) & mask; hashes[i] != 0; i = (i + 1) & mask) {
      if (((i - hashes[i]) & mask) >= ((i - gap) & mask)) {
        hashes[gap] = hashes[i];
        cells[gap] = cells[i];
        gap = i;
      }
    }
    hashes[gap] = 0;
    cells[gap] = null;
    size--;
  }

  /** Adds the value that a key has in bytes, of one that has no cell. */
  Cell<K, V> add(K key, @Nullable V value) throws Exception {
    Cell<K, V> cell = cellFor(key);
    cell.value = value;
    cell.unwritten = value == null;
    return cell;
  }

  /** Adds another value than a key has in bytes, of one that has no cell. */
  void addChanged(K key, @Nullable V value) throws Exception {
    Cell<K, V> cell = cellFor(key);
    cell.value = value;
    cell.dirty = true;
  }

  /** Changes the value of a cell, which may be gone then. */
  void change(Cell<K, V> cell, @Nullable V to) {
    cell.used = true;
    cell.value = to;
    cell.dirty = to != null || !cell.unwritten;
    if (!cell.dirty) {
      remove(cell);
      cell.used = false;
      free.add(cell);
    }
  }

  /** A cell without a value, which is neither dirty nor used. */
  private Cell<K, V> cellFor(K key) throws Exception {
    Cell<K, V> cell;
    if (!free.isEmpty()) {
      cell = free.remove(free.size() - 1);
      cell.key = key;
    } else if (ring.size() < most) {
      cell = new Cell<>(key);
      ring.add(cell);
    } else {
      cell = unused();
      if (cell.dirty) {
        // Only what was written may go.
        writer.write(cell.key, cell.value);
        cell.dirty = false;
      }
      remove(cell);
      cell.key = key;
    }
    cell.unwritten = false;
    put(cell);
    return cell;
  }

  /** The next that was not used; there is none that is free. */
  private Cell<K, V> unused() {
    while (true) {
      Cell<K, V> cell = ring.get(hand);
      hand = hand + 1 == ring.size() ? 0 : hand + 1;
      if (!cell.used) {
        return cell;
      }
      cell.used = false;
    }
  }

  /** Writes all values that are dirty. */
  void flush() throws Exception {
    for (Cell<K, V> cell : ring) {
      if (cell.dirty) {
        writer.write(cell.key, cell.value);
        cell.dirty = false;
        cell.unwritten = cell.value == null;
      }
    }
  }

  int size() {
    return size;
  }
}
