package io.millrace.operator.sketch;

import io.millrace.operator.sketch.Counter.Kind;
import io.millrace.operator.sketch.Counter.Reported;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Ours beside the others on the same updates: time in turns, so that what else the machine does
 * hits all alike, and what they report. Arguments: rounds, form, streams; all forms and streams
 * where they are missing.
 */
final class SketchComparison {
  private static final int ROUNDS = 5;
  private static final int REPORTED = 100;

  private SketchComparison() {}

  /** One that counts, and its times an update. */
  private static final class Timed {
    private final Kind kind;
    private final double[] nanos;
    private Counter last;

    Timed(Kind kind, int rounds) {
      this.kind = kind;
      nanos = new double[rounds];
      last = kind.create();
    }

    double count(Updates updates) {
      last = kind.create();
      long began = System.nanoTime();
      last.countAll(updates);
      return (System.nanoTime() - began) / (double) updates.count();
    }
  }

  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    for (Updates.Form form : Updates.Form.values()) {
      for (ItemStream stream : ItemStream.values()) {
        boolean wanted =
            (args.length < 2 || form.name().equals(args[1]))
                && (args.length < 3
                    || Arrays.asList(args).subList(2, args.length).contains(stream.name()));
        // The weights of GROWING are its difficulty, and here all are 1.
        if (wanted && stream != ItemStream.GROWING) {
          compare(stream, form, rounds);
        }
      }
    }
  }

  private static void compare(ItemStream stream, Updates.Form form, int rounds) {
    Updates updates = new Updates(stream, form, Updates.COUNT);
    List<Timed> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kind.takes(form)) {
        all.add(new Timed(kind, rounds));
      }
    }
    for (Timed each : all) {
      each.count(updates);
    }
    for (int round = 0; round < rounds; round++) {
      for (Timed each : all) {
        each.nanos[round] = each.count(updates);
      }
    }
    long[] truth = new long[ItemStream.ITEMS];
    for (int item : updates.items) {
      truth[item]++;
    }
    say("%n%s, %s: %,d updates, %d rounds%n", stream, form, updates.count(), rounds);
    say(
        "%-15s %24s %24s %7s %11s %9s %9s %6s%n",
        "",
        "ns an update",
        "of " + all.get(0).kind,
        "recall",
        "mean width",
        "widest",
        "error",
        "holds");
    double[] ours = all.get(0).nanos;
    for (Timed each : all) {
      double[] ratios = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        ratios[round] = each.nanos[round] / ours[round];
      }
      say("%-15s %s %s ", each.kind, spread(each.nanos), spread(ratios));
      say("%s%n", accuracy(each.last, updates, truth));
    }
  }

  /** Median, least and most. */
  private static String spread(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%8.2f (%5.2f-%7.2f)",
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }

  private static String accuracy(Counter counter, Updates updates, long[] truth) {
    long[] sorted = truth.clone();
    Arrays.sort(sorted);
    long hundredth = sorted[sorted.length - REPORTED];
    List<Reported> reported = new ArrayList<>(counter.heaviest(updates, REPORTED));
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
    return String.format(
        Locale.ROOT,
        "%7.2f %11.1f %9d %9d %6s",
        found / (double) REPORTED,
        widths / (double) Math.max(1, reported.size()),
        widest,
        counter.maxError(),
        holds);
  }

  private static void say(String format, Object... arguments) {
    System.out.printf(Locale.ROOT, format, arguments);
  }
}
