package io.millrace.operator.live;

import java.io.Serializable;

/**
 * How views are kept alive.
 *
 * @param snapshotMillis wall-clock time between two full snapshots of a view; from 1 to 2^40
 * @param changeMillis wall-clock time between two changes of a view, of which only the last waits
 *     for its turn; from 0, for all changes at once, to 2^40
 */
public record LiveViewSpec(long snapshotMillis, long changeMillis) implements Serializable {
  /** A full snapshot every ten seconds, and up to four changes a second, as many as eyes follow. */
  public static final LiveViewSpec DEFAULT = new LiveViewSpec(10_000, 250);

  private static final long MAX_MILLIS = 1L << 40;

  /** Versions that a view may use up in a millisecond without running ahead of the clock. */
  private static final int VERSIONS_PER_MILLI = 1024;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException where one is out of its range
   */
  public LiveViewSpec {
    if (snapshotMillis < 1 || snapshotMillis > MAX_MILLIS) {
      throw new IllegalArgumentException(
          "the time between snapshots must be from 1 ms to 2^40 ms, but is " + snapshotMillis);
    }
    if (changeMillis < 0 || changeMillis > MAX_MILLIS) {
      throw new IllegalArgumentException(
          "the time between changes must be from 0 ms to 2^40 ms, but is " + changeMillis);
    }
  }

  /** The least version that the wall clock gives at {@code now}. */
  static long clockVersion(long now) {
    return now * VERSIONS_PER_MILLI;
  }

  /** The version after {@code last} when the wall clock shows {@code now}. */
  static long nextVersion(long last, long now) {
    return Math.max(last + 1, clockVersion(now));
  }
}
