package io.millrace.operator.writeback;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which keys the {@link ObjectTable}s of one task have values of, so that a key is looked up once
 * for all of them.
 *
 * <p><b>Space</b>: O(keys). <b>Time</b>: O(1), and next to nothing for the key of the call before.
 */
final class ObjectRows<K> {
  private final Map<K, Row<K>> rows = new HashMap<>();
  private int tables;

  // What was looked up last, by the object that the key is.
  private @Nullable K lastKey;
  private @Nullable Row<K> last;

  /** What the tables have of a key. */
  static final class Row<K> {
    private final K key;
    private final ObjectTable.@Nullable Cell<?>[] cells;
    private int held;

    private Row(K key, int tables) {
      this.key = key;
      cells = new ObjectTable.Cell<?>[tables];
    }

    K key() {
      return key;
    }

    ObjectTable.@Nullable Cell<?> cell(int table) {
      return cells[table];
    }
  }

  /** The number of another table; all come before the first key. */
  int addTable() {
    return tables++;
  }

  /** The row of a key; null where no table has a value of it. */
  @Nullable Row<K> find(K key) {
    if (key != lastKey) {
      last = rows.get(key);
      lastKey = key;
    }
    return last;
  }

  /** Adds a table's cell of a key. */
  Row<K> put(K key, int table, ObjectTable.Cell<?> cell) {
    Row<K> row = find(key);
    if (row == null) {
      row = new Row<>(key, tables);
      rows.put(key, row);
      last = row;
    }
    row.cells[table] = cell;
    row.held++;
    return row;
  }

  /** Removes a table's cell, which there is. */
  void remove(Row<K> row, int table) {
    row.cells[table] = null;
    row.held--;
    if (row.held == 0) {
      rows.remove(row.key);
      lastKey = null;
      last = null;
    }
  }
}
