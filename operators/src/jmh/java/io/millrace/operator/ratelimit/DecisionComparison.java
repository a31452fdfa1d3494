package io.millrace.operator.ratelimit;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LocalBucket;
import io.github.bucket4j.local.SynchronizationStrategy;
import io.millrace.operator.writeback.MeasuredOperator;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Time of one decision, beside Bucket4j's buckets without locks, which are told the time as ours
 * are. Ten thousand keys in random order, a decision every 100 us, of which about half are
 * refusals. In turns, so that what else the machine does hits all alike.
 *
 * <p>Argument: rounds; where it is missing, 9.
 */
final class DecisionComparison {
  private static final int ROUNDS = 9;
  private static final int KEYS = 10_000;
  private static final int DECISIONS = 10_000_000;
  private static final int IN_A_MILLI = 10;
  private static final long START = 1_700_000_000_000L;

  /** One token comes back in two seconds, and each key is asked for about once a second. */
  private static final long LIMIT = 30;

  private static final long PERIOD_MILLIS = 60_000;
  private static final long BURST = 5;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private DecisionComparison() {}

  /** Decides about all requests; returns how many were admitted. */
  @FunctionalInterface
  private interface Decider {
    long decide(int[] keys);
  }

  private static final class Timed {
    private final String name;
    private final Decider decider;
    private final double[] nanos;

    private Timed(String name, Decider decider, double[] nanos) {
      this.name = name;
      this.decider = decider;
      this.nanos = nanos;
    }
  }

  /** The time that Bucket4j is told. */
  private static final class Told implements TimeMeter {
    private long nanos;

    @Override
    public long currentTimeNanos() {
      return nanos;
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }

  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    SplittableRandom random = new SplittableRandom(1);
    int[] keys = random.ints(DECISIONS, 0, KEYS).toArray();
    List<Timed> all = new ArrayList<>();
    all.add(new Timed("bucket4j", DecisionComparison::bucket4j, new double[rounds]));
    for (RateAlgorithm algorithm : RateAlgorithm.values()) {
      String name = algorithm.name().toLowerCase(Locale.ROOT);
      all.add(new Timed(name, of -> ours(algorithm, of), new double[rounds]));
    }
    long[] admitted = new long[all.size()];
    for (int round = -1; round < rounds; round++) {
      for (int i = 0; i < all.size(); i++) {
        long began = THREADS.getCurrentThreadCpuTime();
        admitted[i] = all.get(i).decider.decide(keys);
        double each = (THREADS.getCurrentThreadCpuTime() - began) / (double) DECISIONS;
        if (round >= 0) {
          all.get(i).nanos[round] = each;
        }
      }
    }
    say("%,d decisions on %,d keys, %d rounds%n", DECISIONS, KEYS, rounds);
    for (int i = 0; i < all.size(); i++) {
      double[] own = all.get(i).nanos;
      say(
          "%-16s %7.1f ns a decision, %5.2f of bucket4j, %,d admitted%n",
          all.get(i).name,
          MeasuredOperator.median(own),
          MeasuredOperator.ratio(own, all.get(0).nanos),
          admitted[i]);
    }
  }

  private static long bucket4j(int[] keys) {
    Told told = new Told();
    LocalBucket[] buckets = new LocalBucket[KEYS];
    for (int i = 0; i < KEYS; i++) {
      buckets[i] =
          Bucket.builder()
              .addLimit(
                  limit ->
                      limit.capacity(BURST).refillGreedy(LIMIT, Duration.ofMillis(PERIOD_MILLIS)))
              .withCustomTimePrecision(told)
              .withSynchronizationStrategy(SynchronizationStrategy.NONE)
              .build();
    }
    long admitted = 0;
    for (int i = 0; i < keys.length; i++) {
      told.nanos = (START + i / IN_A_MILLI) * 1_000_000;
      admitted += buckets[keys[i]].tryConsume(1) ? 1 : 0;
    }
    return admitted;
  }

  private static long ours(RateAlgorithm algorithm, int[] keys) {
    RateTerms terms = RateTerms.of(algorithm, LIMIT, PERIOD_MILLIS, BURST);
    Allowance[] allowances = new Allowance[KEYS];
    for (int i = 0; i < KEYS; i++) {
      allowances[i] = algorithm.full();
    }
    long admitted = 0;
    for (int i = 0; i < keys.length; i++) {
      Allowance allowance = allowances[keys[i]];
      allowance.advance(terms, START + i / IN_A_MILLI);
      if (allowance.admits(terms, 1)) {
        allowance.take(terms, 1);
        admitted++;
      }
    }
    return admitted;
  }

  private static void say(String format, Object... arguments) {
    System.out.printf(Locale.ROOT, format, arguments);
  }
}
