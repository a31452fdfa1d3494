package io.millrace.operator.sketch;

import io.millrace.operator.sketch.Counter.Kind;
import io.millrace.operator.sketch.Counter.Reported;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What ours and the peers report of the same updates: how many of the hundred heaviest are among
 * the hundred reported, how far the bounds of these are apart, the bound of an error that is
 * stated, and whether the true weights are within their bounds. Nothing is timed.
 */
final class SketchAccuracy {
  private static final int REPORTED = 100;

  private SketchAccuracy() {}

  public static void main(String[] args) {
    for (Updates.Form form : List.of(Updates.Form.KEYS, Updates.Form.STRINGS)) {
      for (ItemStream stream : Updates.STREAMS) {
        Updates updates = new Updates(stream, form, Updates.COUNT);
        long[] truth = new long[ItemStream.ITEMS];
        for (int item : updates.items) {
          truth[item]++;
        }
        System.out.printf(
            Locale.ROOT,
            "%n%-15s %7s %11s %9s %9s %6s%n",
            stream + " " + form,
            "recall",
            "mean width",
            "widest",
            "error",
            "holds");
        for (Kind kind : Kind.values()) {
          if (kind.isBounded() && kind.takes(form)) {
            score(kind, updates, truth);
          }
        }
      }
    }
  }

  private static void score(Kind kind, Updates updates, long[] truth) {
    Counter counter = kind.create();
    counter.countAll(updates);
    long[] sorted = truth.clone();
    Arrays.sort(sorted);
    long hundredth = sorted[sorted.length - REPORTED];
    List<Reported> reported = counter.heaviest(updates, REPORTED);
    int found = 0;
    long widths = 0;
    long widest = 0;
    boolean holds = true;
    for (Reported each : reported) {
      long weight = truth[each.item()];
      found += weight >= hundredth ? 1 : 0;
      holds &= each.lower() <= weight && weight <= each.upper();
      widths += each.upper() - each.lower();
      widest = Math.max(widest, each.upper() - each.lower());
    }
    System.out.printf(
        Locale.ROOT,
        "%-15s %7.2f %11.1f %9d %9d %6s%n",
        kind,
        found / (double) REPORTED,
        widths / (double) Math.max(1, reported.size()),
        widest,
        counter.maxError(),
        holds);
  }
}
