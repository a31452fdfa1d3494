package io.millrace.local.feed;

/**
 * The time of a feed that begins some hours ago and passes fast until it has caught up with the
 * clock: so that there is a day to look at within minutes. Not safe for use by several threads.
 */
final class FastForward {
  /** How long before the first call the feed begins. */
  static final long BEHIND_MILLIS = 6 * 3_600_000L;

  /** How fast its time passes. */
  static final int SPEED = 60;

  private long start = Long.MIN_VALUE;

  /** The feed's time when the clock shows {@code now}. */
  long at(long now) {
    if (start == Long.MIN_VALUE) {
      start = now;
    }
    return Math.min(now, start - BEHIND_MILLIS + (now - start) * SPEED);
  }
}
