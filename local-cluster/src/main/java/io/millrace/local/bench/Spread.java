package io.millrace.local.bench;

import java.util.Collection;
import java.util.List;

/** Median, minimum and maximum of some figures. */
record Spread(double median, double min, double max) {
  /** Of at least one figure; the median of an even number is the mean of the middle two. */
  static Spread of(Collection<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
  }
}
