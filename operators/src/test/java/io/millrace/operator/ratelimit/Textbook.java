package io.millrace.operator.ratelimit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The algorithms as textbooks have them, with fractions and whole histories: what the job's own
 * arithmetic is compared with.
 */
abstract class Textbook {
  /** A fraction of whole numbers. */
  record Ratio(BigInteger over, BigInteger under) implements Comparable<Ratio> {
    static Ratio of(long over, long under) {
      return new Ratio(BigInteger.valueOf(over), BigInteger.valueOf(under));
    }

    Ratio plus(Ratio other) {
      return new Ratio(
              over.multiply(other.under).add(other.over.multiply(under)),
              under.multiply(other.under))
          .reduced();
    }

    Ratio minus(Ratio other) {
      return plus(new Ratio(other.over.negate(), other.under));
    }

    private Ratio reduced() {
      BigInteger gcd = over.gcd(under);
      return gcd.signum() == 0 ? this : new Ratio(over.divide(gcd), under.divide(gcd));
    }

    Ratio least(Ratio other) {
      return compareTo(other) <= 0 ? this : other;
    }

    Ratio greatest(Ratio other) {
      return compareTo(other) >= 0 ? this : other;
    }

    long floor() {
      BigInteger[] parts = over.divideAndRemainder(under);
      return parts[0].longValueExact() - (over.signum() < 0 && parts[1].signum() != 0 ? 1 : 0);
    }

    @Override
    public int compareTo(Ratio other) {
      return over.multiply(other.under).compareTo(other.over.multiply(under));
    }
  }

  long limit;
  long period;
  long burst;

  static Textbook of(RateAlgorithm algorithm, long limit, long period, long burst) {
    Textbook made =
        switch (algorithm) {
          case TOKEN_BUCKET -> new Bucket();
          case LEAKY_BUCKET, LEAKY_QUEUE -> new Leaky();
          case GCRA -> new Gcra();
          case FIXED_WINDOW -> new Windows();
          case SLIDING_LOG -> new Log();
          case SLIDING_COUNTER -> new Counter();
        };
    made.limit = limit;
    made.period = period;
    made.burst = burst;
    return made;
  }

  abstract boolean admits(long now, long cost);

  abstract void take(long now, long cost);

  /** Goes on under another limit and burst; what was taken stays taken. */
  void change(long now, long newLimit, long newBurst) {
    limit = newLimit;
    burst = newBurst;
  }

  /** A number of tokens rounded up to what the job counts in, under the limit of now. */
  Ratio roundedUp(Ratio tokens) {
    long unit = period / BigInteger.valueOf(limit).gcd(BigInteger.valueOf(period)).longValueExact();
    BigInteger[] parts =
        tokens.over().multiply(BigInteger.valueOf(unit)).divideAndRemainder(tokens.under());
    BigInteger up = parts[1].signum() > 0 ? BigInteger.ONE : BigInteger.ZERO;
    return new Ratio(parts[0].add(up), BigInteger.valueOf(unit));
  }

  /** The greatest cost that is admitted. */
  long remaining(long now) {
    long cost = 0;
    while (cost < Math.max(limit, burst) && admits(now, cost + 1)) {
      cost++;
    }
    return cost;
  }

  /** Tokens that come back at the rate, up to the burst. */
  private static final class Bucket extends Textbook {
    private Ratio tokens = Ratio.of(-1, 1);
    private long last;

    private Ratio tokens(long now) {
      Ratio full = Ratio.of(burst, 1);
      return tokens.over().signum() < 0
          ? full
          : tokens.plus(Ratio.of((now - last) * limit, period)).least(full);
    }

    @Override
    boolean admits(long now, long cost) {
      return tokens(now).compareTo(Ratio.of(cost, 1)) >= 0;
    }

    @Override
    void take(long now, long cost) {
      tokens = tokens(now).minus(Ratio.of(cost, 1));
      last = now;
    }

    @Override
    void change(long now, long newLimit, long newBurst) {
      Ratio missing = Ratio.of(burst, 1).minus(tokens(now));
      super.change(now, newLimit, newBurst);
      tokens = Ratio.of(newBurst, 1).minus(roundedUp(missing)).greatest(Ratio.of(0, 1));
      last = now;
    }
  }

  /** Water that leaks at the rate. */
  private static final class Leaky extends Textbook {
    private Ratio water = Ratio.of(0, 1);
    private long last;

    private Ratio water(long now) {
      return water.minus(Ratio.of((now - last) * limit, period)).greatest(Ratio.of(0, 1));
    }

    @Override
    boolean admits(long now, long cost) {
      return water(now).plus(Ratio.of(cost, 1)).compareTo(Ratio.of(burst, 1)) <= 0;
    }

    @Override
    void take(long now, long cost) {
      water = water(now).plus(Ratio.of(cost, 1));
      last = now;
    }

    @Override
    void change(long now, long newLimit, long newBurst) {
      Ratio held = water(now);
      super.change(now, newLimit, newBurst);
      water = roundedUp(held).least(Ratio.of(newBurst, 1));
      last = now;
    }
  }

  /** The virtual scheduling of ITU-T I.371, with a cost. */
  private static final class Gcra extends Textbook {
    private Ratio arrival = Ratio.of(0, 1);

    private Ratio after(long now, long cost) {
      return arrival.greatest(Ratio.of(now, 1)).plus(Ratio.of(cost * period, Math.max(1, limit)));
    }

    @Override
    boolean admits(long now, long cost) {
      Ratio tolerance = Ratio.of(burst * period, Math.max(1, limit));
      return after(now, cost).minus(Ratio.of(now, 1)).compareTo(tolerance) <= 0;
    }

    @Override
    void take(long now, long cost) {
      arrival = after(now, cost);
    }

    @Override
    void change(long now, long newLimit, long newBurst) {
      Ratio ahead = arrival.minus(Ratio.of(now, 1)).greatest(Ratio.of(0, 1));
      Ratio tokens =
          new Ratio(
              ahead.over().multiply(BigInteger.valueOf(limit)),
              ahead.under().multiply(BigInteger.valueOf(period)));
      super.change(now, newLimit, newBurst);
      Ratio kept = roundedUp(tokens).least(Ratio.of(newBurst, 1));
      arrival =
          Ratio.of(now, 1)
              .plus(
                  new Ratio(
                      kept.over().multiply(BigInteger.valueOf(period)),
                      kept.under().multiply(BigInteger.valueOf(newLimit))));
    }
  }

  /** All that was taken, for the three that look back. */
  private abstract static class History extends Textbook {
    private final List<long[]> taken = new ArrayList<>();

    /** What was taken in {@code [from, to)}. */
    long sum(long from, long to) {
      return taken.stream().filter(t -> t[0] >= from && t[0] < to).mapToLong(t -> t[1]).sum();
    }

    @Override
    void take(long now, long cost) {
      taken.add(new long[] {now, cost});
    }
  }

  private static final class Windows extends History {
    @Override
    boolean admits(long now, long cost) {
      long start = Math.floorDiv(now, period) * period;
      return cost == 0 || sum(start, start + period) + cost <= limit;
    }
  }

  private static final class Log extends History {
    @Override
    boolean admits(long now, long cost) {
      return cost == 0 || sum(now - period + 1, now + 1) + cost <= limit;
    }
  }

  private static final class Counter extends History {
    @Override
    boolean admits(long now, long cost) {
      long start = Math.floorDiv(now, period) * period;
      Ratio before = Ratio.of(sum(start - period, start) * (start + period - now), period);
      Ratio all = before.plus(Ratio.of(sum(start, start + period) + cost, 1));
      return cost == 0 || all.compareTo(Ratio.of(limit, 1)) <= 0;
    }
  }
}
