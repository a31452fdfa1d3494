package io.millrace.operator.geo;

import java.io.Serializable;

/**
 * How positions are shared.
 *
 * @param maxSpeed in metres a second, beyond which nobody moves; 0 for no such bound
 * @param coalesceMillis a viewer gets the newest of so long; 0 for every position
 * @param inEventTime whether events are applied in the order of their times, else as they come
 * @param byClock whether grants also expire by the wall clock, for owners of whom nothing comes
 */
public record ShareSpec(double maxSpeed, long coalesceMillis, boolean inEventTime, boolean byClock)
    implements Serializable {
  /** Viewers of one page; an owner with more has several, in several tasks. */
  static final int PAGE_VIEWERS = 100;

  /** After so long without a position, in event time, the newest one of an owner is forgotten. */
  public static final long KEPT_MILLIS = 86_400_000;

  private static final long MAX_COALESCE_MILLIS = KEPT_MILLIS;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException where one is out of its range
   */
  public ShareSpec {
    if (!(maxSpeed >= 0 && maxSpeed < Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "the greatest speed must be a number of metres a second, or 0 for none: " + maxSpeed);
    }
    if (coalesceMillis < 0 || coalesceMillis > MAX_COALESCE_MILLIS) {
      throw new IllegalArgumentException(
          "positions may be coalesced over at most a day: " + coalesceMillis + " ms");
    }
  }
}
