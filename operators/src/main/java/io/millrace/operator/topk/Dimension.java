package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemSlice;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One thing to count records by.
 *
 * @param name its name in the rankings
 * @param item the record's item in this dimension; a record without one is not counted in it
 */
public record Dimension<T>(String name, ItemBytesOf<T> item) implements Serializable {

  /**
   * Counts by a string.
   *
   * @param name its name in the rankings
   * @param item the record's item in this dimension
   */
  public static <T> Dimension<T> of(String name, ItemOf<T> item) {
    return new Dimension<>(
        name,
        (event, slice) -> {
          String text = item.of(event);
          if (text != null) {
            slice.set(text);
          }
          return text != null;
        });
  }

  /** Takes an item from a record. */
  @FunctionalInterface
  public interface ItemOf<T> extends Serializable {
    /** The item, or null where the record has none. */
    @Nullable String of(T event);
  }

  /** Finds an item in a record whose bytes it holds: no string has to be made. */
  @FunctionalInterface
  public interface ItemBytesOf<T> extends Serializable {
    /**
     * Sets {@code slice} to the item.
     *
     * @return whether the record has one
     */
    boolean locate(T event, ItemSlice slice);
  }

  /** Takes a weight from a record. */
  @FunctionalInterface
  public interface WeightOf<T> extends Serializable {
    /** The weight, at least 0. */
    long of(T event);
  }
}
