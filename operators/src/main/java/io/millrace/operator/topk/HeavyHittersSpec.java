package io.millrace.operator.topk;

import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.window.PanedWindows;
import java.io.Serializable;

/**
 * What to rank and how.
 *
 * @param windows the windows that are ranked
 * @param k the most items of a ranking; from 1 to 10,000
 * @param algorithm how items are counted
 * @param maxAheadMillis how far a record's event time may be beyond the wall clock; the source
 *     refuses records that are further ahead. While an input is idle, windows further ahead than
 *     this wait for the clock
 * @param localBytes memory that one task may hold before it hands its counts on; at least 64 KiB
 */
public record HeavyHittersSpec(
    PanedWindows windows, int k, SketchAlgorithm algorithm, long maxAheadMillis, long localBytes)
    implements Serializable {

  /** The most items of a ranking. */
  public static final int MAX_K = 10_000;

  /** Memory of one counting task that fits a task manager of the default size. */
  public static final long DEFAULT_LOCAL_BYTES = 64L << 20;

  /**
   * Parts that each dimension's items are split into by hash, so that counting one dimension uses
   * every task. Part of the state's layout, so never changed.
   */
  static final int BUCKETS = 128;

  private static final long MAX_EVENT_TIME = 1L << 62;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException where one is out of its range; the message says which
   */
  public HeavyHittersSpec {
    if (k < 1 || k > MAX_K) {
      throw new IllegalArgumentException("k must be from 1 to " + MAX_K + ", but is " + k);
    }
    if (maxAheadMillis < 0) {
      throw new IllegalArgumentException("the time ahead must not be negative");
    }
    if (localBytes < 64 << 10) {
      throw new IllegalArgumentException("the local memory must be at least 64 KiB");
    }
  }

  /** The latest event time that the source lets through when the wall clock shows {@code now}. */
  long latestEventTime(long now) {
    return now + Math.min(maxAheadMillis, MAX_EVENT_TIME - now);
  }
}
