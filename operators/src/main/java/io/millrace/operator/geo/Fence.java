package io.millrace.operator.geo;

import java.util.List;

/**
 * A part of the earth: a circle, or what rings enclose by the even-odd rule, so that a ring in a
 * ring is a hole. Who is exactly on its edge is inside.
 *
 * @param latitude of the circle's centre, in degrees
 * @param longitude of the circle's centre, in degrees
 * @param radiusMeters of the circle
 * @param rings of a polygon; none for a circle
 * @param outside whether the outside is meant
 */
public record Fence(
    double latitude, double longitude, double radiusMeters, List<Ring> rings, boolean outside) {
  /** Below this, distances can't be told apart with doubles. */
  static final double MICROMETRE = 1e-6;

  /** A circle. */
  public static Fence circle(double latitude, double longitude, double radiusMeters) {
    return new Fence(latitude, longitude, radiusMeters, List.of(), false);
  }

  /** A polygon. */
  public static Fence polygon(Ring... rings) {
    return new Fence(0, 0, 0, List.of(rings), false);
  }

  /** The other side of it. */
  public Fence reversed() {
    return new Fence(latitude, longitude, radiusMeters, rings, !outside);
  }

  /** Whether a position is on the side that is meant. */
  public boolean admits(double atLatitude, double atLongitude) {
    return contains(atLatitude, atLongitude) != outside;
  }

  /** Whether a position is inside, or on the edge. */
  public boolean contains(double atLatitude, double atLongitude) {
    if (rings.isEmpty()) {
      // Most are further away than that by their latitudes alone, which costs next to nothing.
      return Math.abs(atLatitude - latitude) * Sphere.METERS_PER_DEGREE <= radiusMeters + 1
          && centreMeters(atLatitude, atLongitude) <= radiusMeters + MICROMETRE;
    }
    boolean isIn = false;
    for (Ring ring : rings) {
      Ring.Side side = ring.side(atLatitude, atLongitude);
      if (side == Ring.Side.ON) {
        return true;
      }
      isIn ^= side == Ring.Side.IN;
    }
    return isIn;
  }

  /** How far a position is outside, in metres; 0 where it is inside. */
  public double metersOutside(double atLatitude, double atLongitude) {
    if (contains(atLatitude, atLongitude)) {
      return 0;
    }
    if (rings.isEmpty()) {
      return centreMeters(atLatitude, atLongitude) - radiusMeters;
    }
    double least = Double.MAX_VALUE;
    for (Ring ring : rings) {
      least = Math.min(least, ring.distanceMeters(atLatitude, atLongitude));
    }
    return least;
  }

  private double centreMeters(double atLatitude, double atLongitude) {
    return Sphere.distanceMeters(latitude, longitude, atLatitude, atLongitude);
  }
}
