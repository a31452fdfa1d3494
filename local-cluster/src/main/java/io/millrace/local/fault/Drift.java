package io.millrace.local.fault;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How a figure that should stay level went over a run: its median in the first quarter of the looks
 * at it, and in the last.
 *
 * @param figure what was looked at
 * @param looks how often
 * @param first median of the first quarter, in the figure's unit; 0 where there were too few looks
 * @param last median of the last quarter, likewise
 */
record Drift(Figure figure, int looks, long first, long last) {
  /** Fewer looks tell nothing. */
  static final int LOOKS_MIN = 20;

  private static final int QUARTERS = 4;

  /**
   * A figure, and what it may grow by before it counts as growing.
   *
   * @param name names it in the report
   * @param unit one of these is shown, in the unit in which it is looked at
   * @param unitName follows the numbers in the report; may be empty
   * @param percent growth that is allowed, of the first quarter
   * @param slack growth that is allowed besides, in the figure's unit
   */
  record Figure(String name, long unit, String unitName, int percent, long slack) {}

  /** Of looks at the figure, in the order of time. */
  static Drift of(Figure figure, List<Long> looks) {
    int quarter = looks.size() / QUARTERS;
    return looks.size() < LOOKS_MIN
        ? new Drift(figure, looks.size(), 0, 0)
        : new Drift(
            figure,
            looks.size(),
            median(looks.subList(0, quarter)),
            median(looks.subList(looks.size() - quarter, looks.size())));
  }

  /** Whether there were looks enough to tell. */
  boolean isKnown() {
    return looks >= LOOKS_MIN;
  }

  /** Whether it is known not to have grown by more than it may. What shrinks is flat, too. */
  boolean isFlat() {
    return isKnown() && last <= first + first * figure.percent / 100 + figure.slack;
  }

  /** The line of the report. */
  @Override
  public String toString() {
    if (!isKnown()) {
      return String.format(
          Locale.ROOT, "%s: %d looks are too few, feed for longer", figure.name, looks);
    }
    return String.format(
        Locale.ROOT,
        "%s: %,d -> %,d%s (%d looks)%s",
        figure.name,
        first / figure.unit,
        last / figure.unit,
        figure.unitName.isEmpty() ? "" : " " + figure.unitName,
        looks,
        isFlat() ? "" : ", GREW");
  }

  private static long median(List<Long> values) {
    List<Long> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
