package io.millrace.operator.writeback;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.Collector;

/**
 * A deadline for each of many keys, within an hour: set, and fired by a watermark that goes on by a
 * second, in Flink's timers on RocksDB and in buckets on RocksDB, in turns. Each must have fired
 * just what was due after every watermark.
 *
 * <p>Arguments: rounds, deadlines; where one is missing, 3, 10000000.
 */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
final class TimerComparison {
  private static final int ROUNDS = 3;
  private static final int MANY = 10_000_000;
  private static final int SECONDS = 3_600;
  private static final int BARRIER_EVERY = 1_000_000;

  private TimerComparison() {}

  /** A key and when it is due. */
  private record Deadline(long key, long time) {}

  /** Sets and counts. */
  private static final class Wait extends KeyedProcessFunction<Long, Deadline, Long> {
    private static final long serialVersionUID = 1L;
    private static long fired;

    @Override
    public void processElement(Deadline deadline, Context context, Collector<Long> out) {
      context.timerService().registerEventTimeTimer(deadline.time());
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<Long> out) {
      fired++;
    }
  }

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    int deadlines = args.length > 1 ? Integer.parseInt(args[1]) : MANY;
    SplittableRandom random = new SplittableRandom(1);
    int[] times = new int[deadlines];
    Arrays.setAll(times, i -> 1 + random.nextInt(SECONDS * 1_000));
    int[] inSecond = new int[SECONDS + 1];
    for (int time : times) {
      inSecond[(time + 999) / 1_000]++;
    }
    Map<WriteBackSpec.Timers, double[][]> nanos = new EnumMap<>(WriteBackSpec.Timers.class);
    for (int round = 0; round < rounds; round++) {
      for (WriteBackSpec.Timers timers : WriteBackSpec.Timers.values()) {
        double[][] own = nanos.computeIfAbsent(timers, unused -> new double[2][rounds]);
        run(timers, times, inSecond, own, round);
        System.out.printf(
            Locale.ROOT,
            "round %d  %-9s %8.1f ns to set, %8.1f ns to fire, of each of %,d deadlines%n",
            round + 1,
            timers.name().toLowerCase(Locale.ROOT),
            own[0][round],
            own[1][round],
            deadlines);
      }
    }
    double[][] flink = Objects.requireNonNull(nanos.get(WriteBackSpec.Timers.FLINK));
    double[][] bucketed = Objects.requireNonNull(nanos.get(WriteBackSpec.Timers.BUCKETED));
    System.out.printf(
        Locale.ROOT,
        "bucketed to flink, medians of %d rounds: set %.1f times as fast, fired %.1f times%n",
        rounds,
        MeasuredOperator.ratio(flink[0], bucketed[0]),
        MeasuredOperator.ratio(flink[1], bucketed[1]));
  }

  private static void run(
      WriteBackSpec.Timers timers, int[] times, int[] inSecond, double[][] nanos, int round)
      throws Exception {
    KeyedProcessOperator<Long, Deadline, Long> operator =
        timers == WriteBackSpec.Timers.FLINK
            ? new KeyedProcessOperator<>(new Wait())
            : new WriteBackOperator<>(new Wait(), WriteBackSpec.DEFAULT.with(timers));
    try (var measured =
        new MeasuredOperator<>(
            operator, Deadline::key, Types.LONG, MeasuredOperator.Beneath.ROCKSDB)) {
      var harness = measured.harness();
      harness.processWatermark(0);
      StreamRecord<Deadline> record = new StreamRecord<>(null);
      long began = System.nanoTime();
      for (int i = 0; i < times.length; i++) {
        harness.processElement(record.replace(new Deadline(i, times[i])));
        if ((i + 1) % BARRIER_EVERY == 0) {
          harness.prepareSnapshotPreBarrier(i);
        }
      }
      nanos[0][round] = (System.nanoTime() - began) / (double) times.length;
      Wait.fired = 0;
      long due = 0;
      began = System.nanoTime();
      for (int second = 1; second <= SECONDS; second++) {
        harness.processWatermark(second * 1_000L);
        due += inSecond[second];
        if (Wait.fired != due) {
          throw new IllegalStateException(
              "after " + second + " s " + Wait.fired + " have fired and " + due + " were due");
        }
      }
      nanos[1][round] = (System.nanoTime() - began) / (double) times.length;
    }
  }
}
