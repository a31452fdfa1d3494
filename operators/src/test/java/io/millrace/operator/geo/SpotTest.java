package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class SpotTest {
  @Test
  void reduced_noPrecision_isThePositionItself() {
    assertThat(Spot.reduced(1.234_567_8, 2, 7.0, 0)).isEqualTo(new Spot(1.234_567_8, 2, 7.0));
    assertThat(Spot.reduced(1, 2, null, 0).accuracyMeters()).isNull();
  }

  @Test
  void reduced_onTheEquator_isTheNearestPointOfTheGrid() {
    double cell = 10 * Sphere.METERS_PER_DEGREE;
    Spot spot = Spot.reduced(14, 26, 5.0, cell);
    assertThat(spot.latitude()).isCloseTo(10, within(1e-9));
    // The row is at 10 degrees, where 10 degrees' length is 10 / cos(10) = 10.154 of longitude.
    assertThat(spot.longitude()).isCloseTo(3 * 10.154_266_1, within(1e-6));
    assertThat(spot.accuracyMeters()).isEqualTo(cell);
    assertThat(Spot.reduced(14, 26, 2 * cell, cell).accuracyMeters()).isEqualTo(2 * cell);
  }

  @Test
  void reduced_anyPosition_isNearAndSharedByItsCell() {
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      double latitude = random.nextDouble() * 180 - 90;
      double longitude = random.nextDouble() * 360 - 180;
      double precision = Math.exp(random.nextDouble() * 10);
      Spot spot = Spot.reduced(latitude, longitude, null, precision);
      assertThat(Math.abs(spot.latitude())).isLessThanOrEqualTo(90);
      assertThat(Math.abs(spot.longitude())).isLessThanOrEqualTo(180);
      if (Math.abs(latitude) < 89) {
        assertThat(Sphere.distanceMeters(latitude, longitude, spot.latitude(), spot.longitude()))
            .isLessThan(0.72 * precision);
      }
      assertThat(Spot.reduced(spot.latitude(), spot.longitude(), null, precision).latitude())
          .as("the point of a cell is its own")
          .isCloseTo(spot.latitude(), within(1e-9));
    }
  }
}
