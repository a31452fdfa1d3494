package io.millrace.operator.geo;

/**
 * The earth as a sphere.
 *
 * <p><b>Error</b>: against the earth's true shape up to 0.6 % of a distance; of the arithmetic less
 * than a micrometre.
 *
 * <p><b>Source</b>: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984.
 */
public final class Sphere {
  /** The earth's radius. */
  public static final double EARTH_RADIUS_METERS = 6_371_000;

  /** Length of a degree of latitude, and of longitude on the equator. */
  public static final double METERS_PER_DEGREE = Math.toRadians(EARTH_RADIUS_METERS);

  private Sphere() {}

  /** The distance on the ground between two positions in degrees, by the haversine formula. */
  public static double distanceMeters(
      double latitude, double longitude, double otherLatitude, double otherLongitude) {
    double phi = Math.toRadians(latitude);
    double otherPhi = Math.toRadians(otherLatitude);
    double sinPhi = Math.sin((otherPhi - phi) / 2);
    double sinLambda = Math.sin(Math.toRadians(otherLongitude - longitude) / 2);
    double haversine = sinPhi * sinPhi + Math.cos(phi) * Math.cos(otherPhi) * sinLambda * sinLambda;
    return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(haversine)));
  }
}
