package io.millrace.operator.topk;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One thing to count records by.
 *
 * @param name its name in the rankings
 * @param item the record's item in this dimension; a record without one is not counted in it
 */
public record Dimension<T>(String name, ItemOf<T> item) implements Serializable {

  /** Takes an item from a record. */
  @FunctionalInterface
  public interface ItemOf<T> extends Serializable {
    /** The item, or null where the record has none. */
    @Nullable String of(T event);
  }

  /** Takes a weight from a record. */
  @FunctionalInterface
  public interface WeightOf<T> extends Serializable {
    /** The weight, at least 0. */
    long of(T event);
  }
}
