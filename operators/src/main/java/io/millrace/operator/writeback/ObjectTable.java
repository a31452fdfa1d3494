package io.millrace.operator.writeback;

import java.util.ArrayList;
import java.util.List;
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
  private final int most;
  private final Writer<K, V> writer;
  private final ObjectRows<K> rows;
  private final int number;
  private final List<Cell<V>> ring = new ArrayList<>();

  /** Of each cell of the ring the row that it is in. */
  private final List<ObjectRows.Row<K>> rowsOfRing = new ArrayList<>();

  private int hand;

  /** Writes a value as bytes; must not use the table. */
  @FunctionalInterface
  interface Writer<K, V> {
    void write(K key, @Nullable V value) throws Exception;
  }

  /** A key's value; absent ones are known too. */
  static final class Cell<V> {
    private @Nullable V value;
    private boolean dirty;
    private boolean used;

    private Cell(@Nullable V value, boolean dirty) {
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

  /**
   * Empty.
   *
   * @param most how many values there may be, at least one
   * @param rows shared with the other tables of the task
   */
  ObjectTable(int most, ObjectRows<K> rows, Writer<K, V> writer) {
    this.most = most;
    this.rows = rows;
    this.writer = writer;
    number = rows.addTable();
  }

  /** The cell of a key; null where there is none. It holds until the next is added. */
  @SuppressWarnings("unchecked") // What this table has put there.
  @Nullable Cell<V> find(K key) {
    ObjectRows.Row<K> row = rows.find(key);
    return row == null ? null : (Cell<V>) row.cell(number);
  }

  /** Adds the value of a key that has no cell. */
  Cell<V> add(K key, @Nullable V value, boolean dirty) throws Exception {
    if (ring.size() < most) {
      Cell<V> cell = new Cell<>(value, dirty);
      ring.add(cell);
      rowsOfRing.add(rows.put(key, number, cell));
      return cell;
    }
    int place = unused();
    Cell<V> cell = ring.get(place);
    ObjectRows.Row<K> row = rowsOfRing.get(place);
    if (cell.dirty) {
      // Only what was written may go.
      writer.write(row.key(), cell.value);
    }
    rows.remove(row, number);
    cell.value = value;
    cell.dirty = dirty;
    rowsOfRing.set(place, rows.put(key, number, cell));
    return cell;
  }

  private int unused() {
    while (true) {
      int place = hand;
      Cell<V> cell = ring.get(place);
      hand = hand + 1 == ring.size() ? 0 : hand + 1;
      if (!cell.used) {
        return place;
      }
      cell.used = false;
    }
  }

  /** Writes all values that are dirty. */
  void flush() throws Exception {
    for (int i = 0; i < ring.size(); i++) {
      Cell<V> cell = ring.get(i);
      if (cell.dirty) {
        writer.write(rowsOfRing.get(i).key(), cell.value);
        cell.dirty = false;
      }
    }
  }

  int size() {
    return ring.size();
  }
}
