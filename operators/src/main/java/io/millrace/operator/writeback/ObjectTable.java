package io.millrace.operator.writeback;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as objects, by key, up to a number of them: those that have not been asked for since the
 * hand last came by leave first. One that has changed and is not in bytes yet is dirty, and is
 * written before it leaves.
 *
 * <p><b>Space</b>: O(values). <b>Time</b>: O(1) amortised.
 *
 * <p><b>Source</b>: CLOCK (Corbató, "A Paging Experiment with the Multics System", 1968).
 */
final class ObjectTable<K, V> {
  private static final float LOAD = 0.75f;

  private final int most;
  private final Writer<K, V> writer;
  private final Map<K, Cell<K, V>> cells;
  private final List<Cell<K, V>> ring = new ArrayList<>();
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

    private Cell(K key, @Nullable V value, boolean dirty) {
      this.key = key;
      this.value = value;
      this.dirty = dirty;
    }

    @Nullable V value() {
      used = true;
      return value;
    }

    void change(@Nullable V to) {
      used = true;
      value = to;
      dirty = true;
    }
  }

  /** Empty; positive, how many values there may be. */
  ObjectTable(int most, Writer<K, V> writer) {
    this.most = most;
    this.writer = writer;
    cells = new HashMap<>((int) Math.min(1 << 10, most / LOAD + 1));
  }

  /** The cell of a key; null where there is none. It holds until the next is added. */
  @Nullable Cell<K, V> find(K key) {
    return cells.get(key);
  }

  /** Adds the value of a key that has no cell. */
  Cell<K, V> add(K key, @Nullable V value, boolean dirty) throws Exception {
    if (ring.size() < most) {
      Cell<K, V> cell = new Cell<>(key, value, dirty);
      ring.add(cell);
      cells.put(key, cell);
      return cell;
    }
    Cell<K, V> cell = unused();
    if (cell.dirty) {
      // Only what was written may go.
      writer.write(cell.key, cell.value);
    }
    cells.remove(cell.key);
    cell.key = key;
    cell.value = value;
    cell.dirty = dirty;
    cells.put(key, cell);
    return cell;
  }

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
      }
    }
  }

  int size() {
    return ring.size();
  }
}
