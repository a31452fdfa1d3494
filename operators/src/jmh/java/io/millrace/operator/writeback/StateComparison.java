package io.millrace.operator.writeback;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.Collector;

/**
 * Counting by key in plain state and in state that is written back, in turns, so that what else the
 * machine does hits all alike. One operator, fed in this process; every million records it does
 * what it has to do before a barrier.
 *
 * <p>Arguments: rounds, records, keys; where one is missing, 3, 10000000, 10000000.
 */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
final class StateComparison {
  private static final int ROUNDS = 3;
  private static final int MANY = 10_000_000;
  private static final int BARRIER_EVERY = 1_000_000;

  /** What an entry takes: a header, key and value of eight bytes each, and the index. */
  private static final long ENTRY_BYTES = 48;

  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private StateComparison() {}

  /** How the keys come. */
  private enum Stream {
    ZIPF_1_1(1.1),
    ZIPF_1_5(1.5),
    UNIFORM(0);

    private final double exponent;

    Stream(double exponent) {
      this.exponent = exponent;
    }

    long[] keys(int records, int keys) {
      SplittableRandom random = new SplittableRandom(1);
      long[] drawn = new long[records];
      if (exponent == 0) {
        Arrays.setAll(drawn, i -> random.nextInt(keys) * FACTOR);
        return drawn;
      }
      double[] weights = new double[keys];
      double sum = 0;
      for (int rank = 0; rank < keys; rank++) {
        sum += Math.pow(rank + 1, -exponent);
        weights[rank] = sum;
      }
      for (int i = 0; i < records; i++) {
        int found = Arrays.binarySearch(weights, random.nextDouble() * sum);
        drawn[i] = (found >= 0 ? found : -found - 1) * FACTOR;
      }
      return drawn;
    }
  }

  /** What counts. */
  private enum Counting {
    ROCKSDB(0),
    HASHMAP(0),
    CACHE_OF_ALL(1),
    CACHE_OF_A_TENTH(0.1);

    private final double share;

    Counting(double share) {
      this.share = share;
    }

    KeyedProcessOperator<Long, Long, Long> operator(int keys) {
      return share == 0
          ? new KeyedProcessOperator<>(new Count())
          : new WriteBackOperator<>(
              new Count(),
              new WriteBackSpec(
                  (long) (keys * share * ENTRY_BYTES),
                  keys * 11L / Byte.SIZE,
                  WriteBackSpec.DEFAULT.mostDirty(),
                  WriteBackSpec.Timers.FLINK));
    }

    MeasuredOperator.Beneath beneath() {
      return this == HASHMAP ? MeasuredOperator.Beneath.HASHMAP : MeasuredOperator.Beneath.ROCKSDB;
    }
  }

  /** Counts and sends nothing. */
  private static final class Count extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(Long key, Context context, Collector<Long> out) throws Exception {
      Long before = count.value();
      count.update(before == null ? 1L : before + 1);
    }
  }

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    int records = args.length > 1 ? Integer.parseInt(args[1]) : MANY;
    int keys = args.length > 2 ? Integer.parseInt(args[2]) : MANY;
    for (Stream stream : Stream.values()) {
      compare(stream, stream.keys(records, keys), keys, rounds);
    }
  }

  private static void compare(Stream stream, long[] drawn, int keys, int rounds) throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%s: %,d records of %,d keys, %,d of them distinct%n",
        stream,
        drawn.length,
        keys,
        Arrays.stream(drawn).distinct().count());
    Map<Counting, double[]> nanos = new EnumMap<>(Counting.class);
    List<Long> stalls = new ArrayList<>();
    for (int round = -1; round < rounds; round++) {
      for (Counting counting : Counting.values()) {
        double each = run(counting, drawn, keys, stalls);
        double[] times = nanos.computeIfAbsent(counting, unused -> new double[rounds]);
        if (round >= 0) {
          times[round] = each;
        }
      }
    }
    double[] rocksDb = Objects.requireNonNull(nanos.get(Counting.ROCKSDB));
    double[] hashMap = Objects.requireNonNull(nanos.get(Counting.HASHMAP));
    for (Map.Entry<Counting, double[]> timed : nanos.entrySet()) {
      double[] own = timed.getValue();
      System.out.printf(
          Locale.ROOT,
          "  %-17s %8.1f ns a record, %6.2f times as fast as rocksdb, %5.2f as hashmap%n",
          timed.getKey().name().toLowerCase(Locale.ROOT),
          MeasuredOperator.median(own),
          MeasuredOperator.ratio(rocksDb, own),
          MeasuredOperator.ratio(hashMap, own));
    }
    long[] sorted = stalls.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "  before a barrier: median %.1f ms, 99th percentile %.1f ms of %d%n",
        sorted[sorted.length / 2] / 1e6,
        sorted[sorted.length * 99 / 100] / 1e6,
        sorted.length);
  }

  /** Time of a record, in nanoseconds. */
  private static double run(Counting counting, long[] drawn, int keys, List<Long> stalls)
      throws Exception {
    try (var measured =
        new MeasuredOperator<>(
            counting.operator(keys), key -> key, Types.LONG, counting.beneath())) {
      var harness = measured.harness();
      StreamRecord<Long> record = new StreamRecord<>(null);
      long began = System.nanoTime();
      for (int i = 0; i < drawn.length; i++) {
        harness.processElement(record.replace(drawn[i]));
        if ((i + 1) % BARRIER_EVERY == 0) {
          long before = System.nanoTime();
          harness.prepareSnapshotPreBarrier(i);
          if (counting.share > 0) {
            stalls.add(System.nanoTime() - before);
          }
        }
      }
      return (System.nanoTime() - began) / (double) drawn.length;
    }
  }
}
