package io.millrace.operator.reconcile;

import java.io.Serializable;

/**
 * How entries are reconciled.
 *
 * @param retentionMillis how long an entry is remembered after its window has passed, so that
 *     repetitions, late partners and decisions find it; from 0 to 2^40 ms. With 0 what has matched
 *     is forgotten at once, and no id is remembered
 * @param inEventTime whether entries and decisions wait for the watermark and are taken in the
 *     order of time, or are taken as they come
 * @param tieOutMillis sums of days that have changed are published so often, in event time; {@link
 *     #AT_END} for only at the end of a bounded input
 */
public record ReconcileSpec(long retentionMillis, boolean inEventTime, long tieOutMillis)
    implements Serializable {
  /** As {@link #tieOutMillis}: once, at the end. */
  public static final long AT_END = Long.MAX_VALUE;

  private static final long MOST_MILLIS = 1L << 40;

  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException where one is out of its range
   */
  public ReconcileSpec {
    if (retentionMillis < 0 || retentionMillis > MOST_MILLIS) {
      throw new IllegalArgumentException(
          "the retention must be from 0 ms to 2^40 ms, but is " + retentionMillis);
    }
    if (tieOutMillis < 1) {
      throw new IllegalArgumentException(
          "days must be summed up every 1 ms or more, but are every " + tieOutMillis + " ms");
    }
  }
}
