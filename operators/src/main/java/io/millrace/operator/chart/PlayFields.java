package io.millrace.operator.chart;

import io.millrace.operator.sketch.ItemSlice;
import java.io.Serializable;

/**
 * Finds in a play what charts are made of.
 *
 * @param <T> type of the plays
 */
public interface PlayFields<T> extends Serializable {
  /** Sets {@code slice} to the id of the song. */
  void song(T play, ItemSlice slice);

  /** Sets {@code slice} to the region in which it was played. */
  void region(T play, ItemSlice slice);

  /** 64 bits of a hash of the listener's id that is the same in every process and version. */
  long listener(T play);
}
