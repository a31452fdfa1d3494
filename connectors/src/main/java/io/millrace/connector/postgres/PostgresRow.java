package io.millrace.connector.postgres;

import io.millrace.connector.store.StoreWrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One row, whole: {@link PostgresTable#row} makes it.
 *
 * @param key the values of the key columns
 * @param version the greatest stays
 * @param values the values of the other columns; null for none
 */
public record PostgresRow(List<Object> key, long version, List<@Nullable Object> values)
    implements StoreWrite {
  private static final int OVERHEAD_BYTES = 100;
  private static final int VALUE_BYTES = 24;

  /** Copies the values. */
  public PostgresRow {
    key = List.copyOf(key);
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }

  @Override
  public String keyText() {
    return key.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  @Override
  public int bytes() {
    int bytes = OVERHEAD_BYTES;
    for (Object part : key) {
      bytes += bytes(part);
    }
    for (Object value : values) {
      bytes += bytes(value);
    }
    return bytes;
  }

  /** The value of a column, in the order of {@link PostgresTable#valueColumns}. */
  @Nullable Object value(int column) {
    return column < key.size() ? key.get(column) : values.get(column - key.size());
  }

  /** Whether all its texts have a form in UTF-8: half of a surrogate pair has none. */
  boolean hasUtf8Form() {
    for (Object part : key) {
      if (!hasUtf8Form(part)) {
        return false;
      }
    }
    for (Object value : values) {
      if (!hasUtf8Form(value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasUtf8Form(@Nullable Object value) {
    if (!(value instanceof String text)) {
      return true;
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static int bytes(@Nullable Object value) {
    if (value instanceof String text) {
      return VALUE_BYTES + 2 * text.length();
    }
    return VALUE_BYTES + (value instanceof byte[] bytes ? bytes.length : 0);
  }
}
