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
 * The fields of a line in their order, which are looked at more often than looked for. Values that
 * are in the line as they are stay there until somebody asks for them.
 *
 * <p><b>Space</b>: two references and two numbers a field, and the line. <b>Time</b>: O(1) to add
 * one, O(fields) to find one.
 */
final class FieldMap extends AbstractMap<String, String> {
  private static final int[] NONE = {};

  /** Names and values; a value that nobody asked for yet is null. */
  private String[] pairs;

  /** Where in the line such a value begins and ends, at the same places; empty without any. */
  private int[] places = NONE;

  private @Nullable LineText line;
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
    grow();
    pairs[used] = name;
    pairs[used + 1] = value;
    used += 2;
  }

  /**
   * Adds a field whose name is not there, and whose value is a part of the line.
   *
   * @param text the line, the same each time
   * @param from first byte of the value
   * @param to the byte after it
   */
  void add(String name, LineText text, int from, int to) {
    grow();
    if (places.length < pairs.length) {
      places = Arrays.copyOf(places, pairs.length);
    }
    line = text;
    pairs[used] = name;
    places[used] = from;
    places[used + 1] = to;
    used += 2;
  }

  private void grow() {
    if (used == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * used);
    }
  }

  private String value(int at) {
    String value = pairs[at + 1];
    LineText text = line;
    if (value == null && text != null) {
      value = text.part(places[at], places[at + 1]);
      pairs[at + 1] = value;
    }
    return value;
  }

  @Override
  public int size() {
    return used / 2;
  }

  @Override
  public @Nullable String get(@Nullable Object name) {
    for (int i = 0; i < used; i += 2) {
      if (pairs[i].equals(name)) {
        return value(i);
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
      action.accept(pairs[i], value(i));
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
      return new SimpleImmutableEntry<>(pairs[next - 2], value(next - 2));
    }
  }
}
