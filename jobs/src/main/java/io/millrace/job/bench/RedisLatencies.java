package io.millrace.job.bench;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one run has measured between positions and Redis. A JVM does one run at a time. Safe for use
 * by several threads.
 *
 * <p><b>Space</b>: 8 bytes for each of 60,000 milliseconds, and for each owner.
 */
final class RedisLatencies {
  private static final int MOST_MILLIS = 60_000;
  private static final double PERCENT = 100;
  private static final double MILLIS_PER_SECOND = 1_000;

  private static volatile RedisLatencies current = new RedisLatencies(1, 0);

  private final AtomicLongArray byMillis = new AtomicLongArray(MOST_MILLIS + 1);
  private final LongAdder positions = new LongAdder();
  private final LongAdder changes = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final DoubleAdder fullRate = new DoubleAdder();
  private final long[] newest;
  private int toBegin;
  private volatile long from = Long.MAX_VALUE;
  private volatile long until = Long.MAX_VALUE;

  private RedisLatencies(int tasks, int owners) {
    toBegin = tasks;
    newest = new long[owners];
  }

  /**
   * Begins a run.
   *
   * @param tasks how many make positions
   */
  static void start(int tasks, int owners) {
    current = new RedisLatencies(tasks, owners);
  }

  /** Those of the run. */
  static RedisLatencies current() {
    return current;
  }

  /** A task has made so many positions a second, as fast as it went. */
  void wentAt(double positionsPerSecond) {
    fullRate.add(positionsPerSecond);
  }

  /** A task is to be measured from now on; it begins with the last. */
  synchronized void begins(long at) {
    toBegin--;
    if (toBegin == 0) {
      from = at;
    }
  }

  /** A task has made its last position; it ends with the first. */
  synchronized void ends(long at) {
    until = Math.min(until, at);
  }

  /** A position of an owner was made; those of one owner come from one thread. */
  void made(int owner, long at) {
    newest[owner] = at;
    if (isMeasured(at)) {
      positions.increment();
    }
  }

  /** Redis is to have a position from that time. */
  void changed(long at) {
    if (isMeasured(at)) {
      changes.increment();
    }
  }

  /** Redis has a position from that time. */
  void written(long at, long now) {
    if (isMeasured(at)) {
      writes.increment();
      byMillis.incrementAndGet((int) Math.max(0, Math.min(MOST_MILLIS, now - at)));
    }
  }

  private boolean isMeasured(long at) {
    return at >= from && at < until;
  }

  /** When the newest position of an owner was made; 0 where none was. */
  long newest(int owner) {
    return newest[owner];
  }

  /** So many positions were made a second at most. */
  double fullRate() {
    return fullRate.sum();
  }

  /** So many positions were made a second while it was measured. */
  double rate() {
    return until > from ? positions.sum() * MILLIS_PER_SECOND / (until - from) : 0;
  }

  long changes() {
    return changes.sum();
  }

  long writes() {
    return writes.sum();
  }

  /** Milliseconds within which so many of a hundred writes were there. */
  long percentile(int percent) {
    double wanted = writes.sum() * (percent / PERCENT);
    long seen = 0;
    for (int millis = 0; millis < MOST_MILLIS; millis++) {
      seen += byMillis.get(millis);
      if (seen >= wanted) {
        return millis;
      }
    }
    return MOST_MILLIS;
  }
}
