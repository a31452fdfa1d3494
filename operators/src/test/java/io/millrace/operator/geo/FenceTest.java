package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FenceTest {
  /** A degree on the ground: 6371000 * pi / 180. */
  private static final double DEGREE = 111_194.926_644_558_73;

  private static Ring ring(double... longitudesAndLatitudes) {
    List<List<Double>> points = new ArrayList<>();
    for (int i = 0; i < longitudesAndLatitudes.length; i += 2) {
      points.add(List.of(longitudesAndLatitudes[i], longitudesAndLatitudes[i + 1]));
    }
    return Ring.of(points);
  }

  @Test
  void distance_knownWays_isThatOfTheSphere() {
    assertThat(Sphere.distanceMeters(0, 0, 0, 1)).isCloseTo(DEGREE, within(1e-6));
    assertThat(Sphere.distanceMeters(10, 20, 11, 20)).isCloseTo(DEGREE, within(1e-6));
    assertThat(Sphere.distanceMeters(90, 0, -90, 0)).isCloseTo(180 * DEGREE, within(1e-6));
    assertThat(Sphere.distanceMeters(0, 179.5, 0, -179.5)).isCloseTo(DEGREE, within(1e-6));
    assertThat(Sphere.distanceMeters(90, 0, 90, 123)).isCloseTo(0, within(1e-6));
    assertThat(Sphere.distanceMeters(5, 5, 5, 5)).isZero();
    // On the parallel of 60 degrees: 2 * asin(cos 60 * sin 0.5 degrees), from the haversine.
    assertThat(Sphere.distanceMeters(60, 0, 60, 1)).isCloseTo(55_596.9, within(0.5));
  }

  @Test
  void circle_onItsEdge_isInside() {
    Fence fence = Fence.circle(48, 11, DEGREE);
    assertThat(fence.contains(49, 11)).as("a degree north").isTrue();
    assertThat(fence.contains(49.000_001, 11)).as("a decimetre further").isFalse();
    assertThat(fence.reversed().admits(49, 11)).as("on the edge is not outside").isFalse();
    assertThat(fence.reversed().admits(49.000_001, 11)).isTrue();
    assertThat(fence.metersOutside(50, 11)).isCloseTo(DEGREE, within(1e-6));
  }

  @Test
  void circle_atPoleAndAntimeridian_goesOn() {
    assertThat(Fence.circle(90, 0, 2 * DEGREE).contains(89, -170)).isTrue();
    assertThat(Fence.circle(90, 0, 2 * DEGREE).contains(87.9, 10)).isFalse();
    assertThat(Fence.circle(0, 179.9, DEGREE).contains(0, -179.2)).isTrue();
    assertThat(Fence.circle(0, 179.9, DEGREE).contains(0, -179)).isFalse();
  }

  @Test
  void square_edgesAndCorners_areInside() {
    Fence fence = Fence.polygon(ring(2, 47, 3, 47, 3, 48, 2, 48, 2, 47));
    for (double[] on : new double[][] {{47, 2.5}, {48, 2.5}, {47.3, 2}, {47.3, 3}, {48, 3}}) {
      assertThat(fence.contains(on[0], on[1])).as("%s %s", on[0], on[1]).isTrue();
    }
    assertThat(fence.contains(47.5, 2.5)).isTrue();
    double least = 1e-9;
    for (double[] out :
        new double[][] {
          {47 - least, 2.5}, {48 + least, 2.5}, {47.3, 2 - least}, {47.3, 3 + least}, {48, 1}
        }) {
      assertThat(fence.contains(out[0], out[1])).as("%s %s", out[0], out[1]).isFalse();
    }
  }

  @Test
  void slantedEdge_decimalPointOnIt_isInside() {
    Fence fence = Fence.polygon(ring(0, 0, 1, 3, 2, 0));
    assertThat(fence.contains(0.3, 0.1)).as("y = 3 x, which doubles miss").isTrue();
    assertThat(fence.contains(0.300_000_001, 0.1)).isFalse();
    assertThat(fence.contains(0.299_999_999, 0.1)).isTrue();
  }

  @Test
  void hole_isOutside_itsEdgeInside() {
    Fence fence = Fence.polygon(ring(0, 0, 10, 0, 10, 10, 0, 10), ring(4, 4, 6, 4, 6, 6, 4, 6));
    assertThat(fence.contains(2, 2)).isTrue();
    assertThat(fence.contains(5, 5)).isFalse();
    assertThat(fence.contains(4, 5)).as("on the edge of the hole").isTrue();
    assertThat(fence.contains(3, 4)).as("below a corner of the hole").isTrue();
    assertThat(fence.metersOutside(5, 5)).isCloseTo(DEGREE, within(DEGREE / 100));
  }

  @Test
  void ringOverTheAntimeridian_goesTheShorterWay() {
    Fence fence = Fence.polygon(ring(170, -10, -170, -10, -170, 10, 170, 10));
    assertThat(fence.contains(0, 180)).isTrue();
    assertThat(fence.contains(0, -180)).isTrue();
    assertThat(fence.contains(0, 175)).isTrue();
    assertThat(fence.contains(0, -170)).isTrue();
    assertThat(fence.contains(0, 169.999)).isFalse();
    assertThat(fence.contains(0, 0)).isFalse();
  }

  @Test
  void ringAroundAPole_enclosesIt() {
    Fence north = Fence.polygon(ring(0, 80, 90, 80, 180, 80, -90, 80));
    assertThat(north.contains(90, 0)).isTrue();
    assertThat(north.contains(85, -135)).isTrue();
    assertThat(north.contains(80, 45)).as("on the ring").isTrue();
    assertThat(north.contains(79.9, 45)).isFalse();
    assertThat(north.contains(-90, 45)).isFalse();
    Fence south = Fence.polygon(ring(0, -70, -120, -70, 120, -70));
    assertThat(south.contains(-90, 17)).isTrue();
    assertThat(south.contains(-75, 17)).isTrue();
    assertThat(south.contains(-69, 17)).isFalse();
  }

  @Test
  void rayThroughCorners_countsThemOnce() {
    Fence fence = Fence.polygon(ring(0, 0, 2, -2, 4, 0, 2, 2));
    assertThat(fence.contains(1, 2)).as("above the southern corner").isTrue();
    assertThat(fence.contains(3, 2)).as("above both corners").isFalse();
    Fence steps = Fence.polygon(ring(0, 0, 4, 0, 4, 2, 2, 2, 2, 4, 0, 4));
    assertThat(steps.contains(3, 2)).as("on the step").isTrue();
    assertThat(steps.contains(3, 3)).isFalse();
    assertThat(steps.contains(5, 2)).isFalse();
  }

  @Test
  void points_comeBackAsTheyWereGiven() {
    assertThat(ring(2.25, 47, 3, 47.123_456_789, -179.5, 48).points())
        .containsExactly(List.of(2.25, 47.0), List.of(3.0, 47.123_456_789), List.of(-179.5, 48.0));
  }
}
