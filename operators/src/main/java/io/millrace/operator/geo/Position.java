package io.millrace.operator.geo;

import org.jspecify.annotations.Nullable;

/**
 * Where someone was.
 *
 * @param id of the report; may be empty
 * @param at when, in milliseconds since the epoch
 * @param latitude in degrees
 * @param longitude in degrees
 * @param accuracyMeters how far off it may be; null where that is not known
 * @param speed in metres a second; null where it is not known
 * @param bearing in degrees; null where it is not known
 * @param batteryPercent null where it is not known
 * @param source where the report came from; only passed on
 */
public record Position(
    String id,
    long at,
    double latitude,
    double longitude,
    @Nullable Double accuracyMeters,
    @Nullable Double speed,
    @Nullable Double bearing,
    @Nullable Double batteryPercent,
    String source) {

  private static final double MILLIS_PER_SECOND = 1_000;

  /** What a position is against the newest one before it. */
  public enum Fate {
    /** It is the newest now. */
    NEWEST,
    /** It says the same at the same time. */
    DUPLICATE,
    /** It is from before. */
    OLDER,
    /** Nobody gets there in that time. */
    IMPOSSIBLE
  }

  /**
   * What this is against the newest one that was accepted.
   *
   * @param newest null where there is none
   * @param maxSpeed in metres a second, beyond which nobody moves; 0 for no such bound
   */
  public Fate after(@Nullable Position newest, double maxSpeed) {
    if (newest == null) {
      return Fate.NEWEST;
    }
    if (at < newest.at) {
      return Fate.OLDER;
    }
    if (at == newest.at && latitude == newest.latitude && longitude == newest.longitude) {
      return Fate.DUPLICATE;
    }
    if (maxSpeed == 0) {
      return Fate.NEWEST;
    }
    double meters = Sphere.distanceMeters(newest.latitude, newest.longitude, latitude, longitude);
    return meters * MILLIS_PER_SECOND > maxSpeed * (at - newest.at) ? Fate.IMPOSSIBLE : Fate.NEWEST;
  }
}
