package io.millrace.operator.geo;

import org.jspecify.annotations.Nullable;

/**
 * A position as someone may see it.
 *
 * @param latitude in degrees
 * @param longitude in degrees
 * @param accuracyMeters how far off it may be; null where that is not known
 */
public record Spot(double latitude, double longitude, @Nullable Double accuracyMeters) {
  private static final double POLE = 90;
  private static final double HALF_TURN = 180;

  /**
   * The nearest point of a grid, by which a position is known no better than to its cell. All
   * positions of a cell become one; so whoever stays in it seems not to move. At most 0.71 times
   * the precision away.
   *
   * @param precisionMeters width of a cell; 0 for the position as it is
   */
  public static Spot reduced(
      double latitude, double longitude, @Nullable Double accuracyMeters, double precisionMeters) {
    if (precisionMeters == 0) {
      return new Spot(latitude, longitude, accuracyMeters);
    }
    double step = precisionMeters / Sphere.METERS_PER_DEGREE;
    double row = Math.max(-POLE, Math.min(POLE, Math.rint(latitude / step) * step));
    double columnStep = step / Math.cos(Math.toRadians(row));
    // A row so near to a pole that it has one cell.
    double column =
        !(columnStep > 0 && columnStep < HALF_TURN) ? 0 : Math.rint(longitude / columnStep);
    double east = column == 0 ? 0 : Math.max(-HALF_TURN, Math.min(HALF_TURN, column * columnStep));
    double accuracy =
        accuracyMeters == null ? precisionMeters : Math.max(accuracyMeters, precisionMeters);
    return new Spot(row, east, accuracy);
  }
}
