package io.millrace.operator.logline;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a line in their order, which are looked at more often than looked for.
 *
 * <p><b>Space</b>: two references a field. <b>Time</b>: O(1) to add one, O(fields) to find one.
 */
final class FieldMap extends AbstractMap<String, String> {
  private String[] pairs;
  private int used;

  FieldMap() {
    this(16);
  }

  /** With room for so many fields, before it grows. */
  FieldMap(int fields) {
    pairs = new String[2 * Math.max(1, fields)];
  }

  /** Adds a field whose name is not there. */
  void add(String name, String value) {
    if (used == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * used);
    }
    pairs[used] = name;
    pairs[used + 1] = value;
    used += 2;
  }

  @Override
  public int size() {
    return used / 2;
  }

  @Override
  public @Nullable String get(@Nullable Object name) {
    for (int i = 0; i < used; i += 2) {
      if (pairs[i].equals(name)) {
        return pairs[i + 1];
      }
    }
    return null;
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return get(name) != null;
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super String> action) {
    for (int i = 0; i < used; i += 2) {
      action.accept(pairs[i], pairs[i + 1]);
    }
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return used / 2;
      }

      @Override
      public Iterator<Map.Entry<String, String>> iterator() {
        return new Entries();
      }
    };
  }

  private final class Entries implements Iterator<Map.Entry<String, String>> {
    private int next;

    @Override
    public boolean hasNext() {
      return next < used;
    }

    @Override
    public Map.Entry<String, String> next() {
      if (next >= used) {
        throw new NoSuchElementException();
      }
      next += 2;
      return new SimpleImmutableEntry<>(pairs[next - 2], pairs[next - 1]);
    }
  }
}
