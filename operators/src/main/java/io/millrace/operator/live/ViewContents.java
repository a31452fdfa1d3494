package io.millrace.operator.live;

import java.util.List;

/**
 * All rows that a view has from now on.
 *
 * @param view name of the view; a name that starts with {@code _} is refused, since those are kept
 *     for the lane itself, so put a word before names that come from data
 * @param at event time of the contents, in milliseconds since the epoch
 * @param rows the rows; of two with one id the later one counts; none: the view is gone
 */
public record ViewContents(String view, long at, List<Row> rows) {
  /**
   * One row of a view.
   *
   * @param id what it is known by in the view
   * @param data what it shows; two rows with the same text are the same
   */
  public record Row(String id, String data) {}

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException where it starts with {@code _}
   */
  public ViewContents {
    if (view.startsWith("_")) {
      throw new IllegalArgumentException(
          "view \"" + view + "\" must not start with _; put a word before it");
    }
  }
}
