package io.millrace.connector.cassandra;

import io.millrace.connector.store.StoreWrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A row. Cassandra keeps, of each column, what was written with the greatest time; so rows of one
 * key and version must be equal.
 *
 * @param table where it belongs
 * @param version when it was written, in microseconds since 1970, by the data; it becomes the time
 *     of the write
 * @param values in the order of the table's columns. None of the key is null. Any other that is
 *     null is not written, not even as a tombstone: what an older version wrote there stays.
 */
public record CassandraRow(CassandraTable table, long version, List<@Nullable Object> values)
    implements StoreWrite {
  private static final int OVERHEAD_BYTES = 100;
  private static final int VALUE_BYTES = 24;

  /**
   * Copies the values.
   *
   * @throws IllegalArgumentException where there are not as many as columns, one of the key is
   *     missing, or Cassandra has no such time
   */
  public CassandraRow {
    values = Collections.unmodifiableList(new ArrayList<>(values));
    if (values.size() != table.columns().size()
        || values.subList(0, table.key().size()).contains(null)) {
      throw new IllegalArgumentException(
          "a row of "
              + table.qualifiedName()
              + " has a value for each column, and for each of the key one that is not null");
    }
    if (version == Long.MIN_VALUE) {
      throw new IllegalArgumentException("Cassandra has no such time: " + version);
    }
  }

  /** What a row is stored under. */
  private record Key(String table, List<@Nullable Object> values) {}

  @Override
  public Object key() {
    return new Key(table.qualifiedName(), keyValues());
  }

  @Override
  public String keyText() {
    return keyValues().stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  @Override
  public int bytes() {
    long bytes = OVERHEAD_BYTES;
    for (Object value : values) {
      bytes += VALUE_BYTES + (value instanceof CharSequence text ? 2L * text.length() : 0);
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private List<@Nullable Object> keyValues() {
    return values.subList(0, table.key().size());
  }
}
