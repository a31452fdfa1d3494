package io.millrace.operator.reconcile;

/**
 * When something is forgotten: at a full day, hour, minute or second, whichever is the longest that
 * is no longer than what it is kept for. So entries of one key that come about the same time have
 * one timer, and nothing is kept for more than twice as long as it has to be, or a second.
 */
final class Expiry {
  private static final long SECOND_MILLIS = 1_000;
  private static final long MINUTE_MILLIS = 60 * SECOND_MILLIS;
  private static final long HOUR_MILLIS = 60 * MINUTE_MILLIS;
  private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

  private Expiry() {}

  /**
   * The first time at which what is kept from a time on may be forgotten.
   *
   * @param from in milliseconds since the epoch
   * @param keptMillis for how long; not negative
   */
  static long after(long from, long keptMillis) {
    long unit =
        keptMillis >= DAY_MILLIS
            ? DAY_MILLIS
            : keptMillis >= HOUR_MILLIS
                ? HOUR_MILLIS
                : keptMillis >= MINUTE_MILLIS ? MINUTE_MILLIS : SECOND_MILLIS;
    long at = from + keptMillis;
    return at + Math.floorMod(-at, unit);
  }
}
