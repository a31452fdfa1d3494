package io.millrace.operator.dedup;

import java.io.Serializable;

/**
 * When an event counts as one that came before.
 *
 * @param horizonMillis an event is a repetition if one with its id has passed whose event time is
 *     less than this away; positive
 * @param lateMillis how far behind the watermark events are still of interest, in milliseconds; not
 *     negative. Older ones pass, so that whoever comes next can call them late
 */
public record DedupSpec(long horizonMillis, long lateMillis) implements Serializable {
  private static final long MOST_MILLIS = 1L << 60;

  /** Ids are forgotten in so many parts of the time that they are kept. */
  private static final int PARTS = 16;

  /** Checks the ranges. */
  public DedupSpec {
    if (horizonMillis < 1 || horizonMillis > MOST_MILLIS) {
      throw new IllegalArgumentException(
          "the horizon of repetitions must be from 1 ms to 2^60 ms, but is " + horizonMillis);
    }
    if (lateMillis < 0 || lateMillis > MOST_MILLIS) {
      throw new IllegalArgumentException(
          "how late events may be must be from 0 to 2^60 ms, but is " + lateMillis);
    }
  }

  /** Length of the panes that ids are kept in. */
  long paneMillis() {
    return (horizonMillis + lateMillis + PARTS - 1) / PARTS;
  }

  long paneStart(long at) {
    return at - Math.floorMod(at, paneMillis());
  }

  /** Events before this are not of interest at a watermark. */
  long interestingFrom(long watermark) {
    return minus(watermark, lateMillis);
  }

  /** Ids of events before this are not needed at a watermark; the start of a pane. */
  long keptFrom(long watermark) {
    long needed = minus(watermark, lateMillis + horizonMillis);
    return needed == Long.MIN_VALUE ? needed : minus(needed, Math.floorMod(needed, paneMillis()));
  }

  private static long minus(long time, long millis) {
    return time < Long.MIN_VALUE + millis ? Long.MIN_VALUE : time - millis;
  }
}
