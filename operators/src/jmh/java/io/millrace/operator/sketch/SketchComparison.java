package io.millrace.operator.sketch;

import io.millrace.operator.sketch.Counter.Kind;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Time of an update of one of our sketches beside the peers, in turns, so that what else the
 * machine does hits all alike. It is the time that the thread had a processor for. Other sketches
 * of ours don't run in the same process: one call that reaches several of them costs each some
 * nanoseconds.
 *
 * <p>Arguments: rounds, ours, form, streams; where one is missing, 5, ADAPTIVE, all, all.
 */
final class SketchComparison {
  private static final int ROUNDS = 5;

  private SketchComparison() {}

  /** One that counts, and its times an update. */
  private static final class Timed {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Kind kind;
    private final double[] nanos;

    Timed(Kind kind, int rounds) {
      this.kind = kind;
      nanos = new double[rounds];
    }

    double count(Updates updates) {
      Counter counter = kind.create();
      long began = THREADS.getCurrentThreadCpuTime();
      counter.countAll(updates);
      return (THREADS.getCurrentThreadCpuTime() - began) / (double) updates.count();
    }
  }

  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    Kind ours = args.length > 1 ? Kind.valueOf(args[1]) : Kind.ADAPTIVE;
    for (Updates.Form form : Updates.Form.values()) {
      for (ItemStream stream : Updates.STREAMS) {
        if ((args.length <= 2 || args[2].equals(form.name()))
            && (args.length <= 3 || Arrays.asList(args).indexOf(stream.name()) > 2)) {
          compare(ours, new Updates(stream, form, Updates.COUNT), stream, rounds);
        }
      }
    }
  }

  private static void compare(Kind ours, Updates updates, ItemStream stream, int rounds) {
    List<Timed> all = new ArrayList<>();
    all.add(new Timed(ours, rounds));
    for (Kind kind : Kind.values()) {
      if (kind.isPeer() && kind.takes(updates.form)) {
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
    say("%n%s, %s: %,d updates, %d rounds%n", stream, updates.form, updates.count(), rounds);
    say("%-15s %24s %24s%n", "", "ns an update", ours + " takes of it");
    for (Timed each : all) {
      double[] ratios = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        ratios[round] = all.get(0).nanos[round] / each.nanos[round];
      }
      say("%-15s %s %s%n", each.kind, spread(each.nanos), spread(ratios));
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

  private static void say(String format, Object... arguments) {
    System.out.printf(Locale.ROOT, format, arguments);
  }
}
