package io.millrace.schema.location;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.RawJson;
import io.millrace.schema.codec.SelfChecking;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fence on the ground. Who is exactly on it is inside.
 *
 * @param type circle or polygon
 * @param latitude of a circle's centre, in degrees
 * @param longitude of a circle's centre, in degrees
 * @param radiusMeters of a circle
 * @param rings of a polygon, each at least three points {@code [longitude, latitude]}, straight in
 *     both; the first ring is the outline, others are holes. A ring need not repeat its first point
 * @param mode whether it is its inside that counts, which is the default, or its outside
 */
@SelfChecking
public record FenceOutline(
    FenceType type,
    @Range(min = -90, max = 90) @Nullable Double latitude,
    @Range(min = -180, max = 180) @Nullable Double longitude,
    @Range(min = 0, max = 20_100_000) @Nullable Double radiusMeters,
    @RawJson(array = true) @Nullable String rings,
    @Nullable FenceMode mode) {
  /** Points of all rings together. */
  public static final int MAX_POINTS = 10_000;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<List<List<List<Double>>>> RINGS = new TypeReference<>() {};
  private static final int LEAST_POINTS = 3;
  private static final double MAX_LATITUDE = 90;
  private static final double MAX_LONGITUDE = 180;

  /**
   * Checks what the fields alone don't say.
   *
   * @throws IllegalArgumentException where the fence is none; the message holds no coordinate
   */
  public FenceOutline {
    if (type == FenceType.CIRCLE
        && (latitude == null || longitude == null || radiusMeters == null)) {
      throw new IllegalArgumentException("a circle needs latitude, longitude and radiusMeters");
    }
    if (type == FenceType.POLYGON) {
      requireRings(points(rings));
    }
  }

  /** The rings: of each its points, of each point longitude and latitude. */
  public List<List<List<Double>>> points() {
    return points(rings);
  }

  private static List<List<List<Double>>> points(@Nullable String rings) {
    if (rings == null) {
      return List.of();
    }
    try {
      return JSON.readValue(rings, RINGS);
    } catch (JsonProcessingException e) {
      // Its own message would quote coordinates.
      throw new IllegalArgumentException(
          "rings are lists of points, and each point is [longitude, latitude]");
    }
  }

  private static void requireRings(List<List<List<Double>>> rings) {
    if (rings.isEmpty()) {
      throw new IllegalArgumentException("a polygon needs rings");
    }
    if (rings.contains(null) || rings.stream().anyMatch(ring -> ring.contains(null))) {
      throw new IllegalArgumentException("no ring and no point of a ring is null");
    }
    int points = 0;
    for (List<List<Double>> ring : rings) {
      points += ring.size();
      boolean isClosed = ring.size() > 1 && ring.get(0).equals(ring.get(ring.size() - 1));
      if (ring.size() - (isClosed ? 1 : 0) < LEAST_POINTS) {
        throw new IllegalArgumentException("a ring needs at least three points");
      }
      ring.forEach(FenceOutline::requirePoint);
      requireShorterWays(ring);
    }
    if (points > MAX_POINTS) {
      throw new IllegalArgumentException(
          "a polygon has at most " + MAX_POINTS + " points; make it simpler");
    }
  }

  private static void requireShorterWays(List<List<Double>> ring) {
    for (int i = 0; i < ring.size(); i++) {
      double east = ring.get((i + 1) % ring.size()).get(0) - ring.get(i).get(0);
      if (Math.abs(east) == MAX_LONGITUDE) {
        throw new IllegalArgumentException(
            "an edge of a ring goes half round the earth; put a point between its ends");
      }
    }
  }

  private static void requirePoint(List<Double> point) {
    if (point.size() != 2
        || point.contains(null)
        || !(Math.abs(point.get(0)) <= MAX_LONGITUDE)
        || !(Math.abs(point.get(1)) <= MAX_LATITUDE)) {
      throw new IllegalArgumentException(
          "a point of a ring is [longitude, latitude], from -180 to 180 and from -90 to 90");
    }
  }
}
