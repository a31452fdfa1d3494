package io.millrace.operator.geo;

import java.util.ArrayList;
import java.util.List;

/**
 * A closed line of points. Its edges are straight in longitude and latitude (the plate carrée
 * projection, as in GeoJSON) and go the shorter way round the earth, so it may cross the
 * antimeridian. A ring that goes once round the earth encloses the pole that it is nearer to.
 *
 * <p>Coordinates are whole billionths of a degree, a tenth of a millimetre, so whether a position
 * is on the ring is decided exactly.
 *
 * <p><b>Space</b>: O(points). <b>Time</b>: O(points). <b>Error</b>: exact at that resolution.
 *
 * <p><b>Source</b>: the crossing number of M. Shimrat, "Algorithm 112", CACM 5(8), 1962, along the
 * meridian southwards.
 *
 * @param longitudes of the points, in billionths of a degree, from -180 degrees to less than 180
 * @param latitudes of the points, likewise
 */
public record Ring(List<Long> longitudes, List<Long> latitudes) {
  private static final double UNITS_PER_DEGREE = 1e9;
  private static final long HALF_TURN = 180_000_000_000L;
  private static final long TURN = 2 * HALF_TURN;
  private static final long POLE = HALF_TURN / 2;

  /** Where a position is. */
  public enum Side {
    /** Within the ring. */
    IN,
    /** On it. */
    ON,
    /** Out of it. */
    OUT
  }

  /**
   * The ring through these points.
   *
   * @param points longitude and latitude of each, in degrees; the last may repeat the first. An
   *     edge that goes exactly half round the earth goes west
   */
  public static Ring of(List<List<Double>> points) {
    List<Long> longitudes = new ArrayList<>(points.size());
    List<Long> latitudes = new ArrayList<>(points.size());
    for (List<Double> point : points) {
      longitudes.add(wrapped(units(point.get(0))));
      latitudes.add(units(point.get(1)));
    }
    int last = longitudes.size() - 1;
    if (last > 0
        && longitudes.get(0).equals(longitudes.get(last))
        && latitudes.get(0).equals(latitudes.get(last))) {
      longitudes.remove(last);
      latitudes.remove(last);
    }
    return new Ring(List.copyOf(longitudes), List.copyOf(latitudes));
  }

  /** The points as they were given, in degrees. */
  public List<List<Double>> points() {
    List<List<Double>> points = new ArrayList<>(longitudes.size());
    for (int i = 0; i < longitudes.size(); i++) {
      points.add(
          List.of(longitudes.get(i) / UNITS_PER_DEGREE, latitudes.get(i) / UNITS_PER_DEGREE));
    }
    return points;
  }

  /** Where a position in degrees is. */
  public Side side(double latitude, double longitude) {
    long x = wrapped(units(longitude));
    long y = units(latitude);
    boolean isAtPole = Math.abs(y) == POLE;
    boolean isNorth = false;
    long turned = 0;
    for (int i = 0; i < longitudes.size(); i++) {
      long offset = wrapped(x - longitudes.get(i));
      long height = y - latitudes.get(i);
      long width = width(i);
      long rise = latitudes.get(next(i)) - latitudes.get(i);
      turned += width;
      if (height == 0 && (offset == 0 || isAtPole)) {
        return Side.ON;
      }
      if (width == 0 && offset == 0 && isBetween(height, rise)) {
        return Side.ON;
      }
      if ((0 > offset) != (width > offset)) {
        // How far the position is above the edge, times the edge's width.
        int above = compareProducts(height, width, rise, offset);
        if (above == 0) {
          return Side.ON;
        }
        isNorth ^= (above > 0) == (width > 0);
      }
    }
    boolean enclosesSouth = turned != 0 && isSouthern();
    return isNorth ^ enclosesSouth ? Side.IN : Side.OUT;
  }

  /**
   * How far a position is from the nearest point of the ring, in metres, on a plane that touches
   * the earth at the position: within 1 % up to 100 km, apart from the poles.
   */
  public double distanceMeters(double latitude, double longitude) {
    double perLongitude = Sphere.METERS_PER_DEGREE * Math.cos(Math.toRadians(latitude));
    long x = wrapped(units(longitude));
    long y = units(latitude);
    double least = Double.MAX_VALUE;
    for (int i = 0; i < longitudes.size(); i++) {
      double fromX = wrapped(longitudes.get(i) - x) / UNITS_PER_DEGREE * perLongitude;
      double fromY = (latitudes.get(i) - y) / UNITS_PER_DEGREE * Sphere.METERS_PER_DEGREE;
      double alongX = width(i) / UNITS_PER_DEGREE * perLongitude;
      double alongY =
          (latitudes.get(next(i)) - latitudes.get(i)) / UNITS_PER_DEGREE * Sphere.METERS_PER_DEGREE;
      double square = alongX * alongX + alongY * alongY;
      double part = square == 0 ? 0 : -(fromX * alongX + fromY * alongY) / square;
      double nearest = Math.max(0, Math.min(1, part));
      least = Math.min(least, Math.hypot(fromX + nearest * alongX, fromY + nearest * alongY));
    }
    return least;
  }

  private int next(int i) {
    return i + 1 == longitudes.size() ? 0 : i + 1;
  }

  /** How far east an edge goes; west is negative. */
  private long width(int i) {
    return wrapped(longitudes.get(next(i)) - longitudes.get(i));
  }

  private boolean isSouthern() {
    long sum = 0;
    for (long latitude : latitudes) {
      sum += latitude;
    }
    return sum < 0;
  }

  private static boolean isBetween(long height, long rise) {
    return rise >= 0 ? height >= 0 && height <= rise : height <= 0 && height >= rise;
  }

  private static long units(double degrees) {
    return Math.round(degrees * UNITS_PER_DEGREE);
  }

  private static long wrapped(long units) {
    return Math.floorMod(units + HALF_TURN, TURN) - HALF_TURN;
  }

  /** Compares a * b with c * d, whose products have more than 64 bits. */
  private static int compareProducts(long a, long b, long c, long d) {
    int high = Long.compare(Math.multiplyHigh(a, b), Math.multiplyHigh(c, d));
    return high != 0 ? high : Long.compareUnsigned(a * b, c * d);
  }
}
