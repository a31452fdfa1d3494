package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LoadPathsTest {
  @Test
  void draw_manyTimes_followsTheLawAndTheSeed() {
    LoadPaths paths = new LoadPaths(new SplittableRandom(1));
    LoadPaths again = new LoadPaths(new SplittableRandom(1));
    int[] drawn = new int[LoadPaths.COUNT];
    for (int i = 0; i < 1_000_000; i++) {
      int rank = paths.draw();
      assertThat(again.draw()).isEqualTo(rank);
      drawn[rank]++;
    }

    // The sum of r^-1.1 for r from 1 to 1,000,000 is 8.072.
    assertThat((double) drawn[0]).isCloseTo(1_000_000 / 8.072, Percentage.withPercentage(1));
    assertThat((double) drawn[0] / drawn[3])
        .isCloseTo(Math.pow(4, 1.1), Percentage.withPercentage(3));
  }

  @Test
  void rank_ofPath_isTheOneItWasMadeOf() {
    for (int rank : new int[] {0, 7, 8, 123_456, LoadPaths.COUNT - 1}) {
      assertThat(LoadPaths.rank(LoadPaths.of(rank))).isEqualTo(rank);
    }
    assertThat(LoadPaths.rank("/other/path-8")).isEqualTo(-1);
    assertThat(LoadPaths.rank(LoadPaths.of(8).replace("-8", "-9"))).isEqualTo(-1);
    assertThat(LoadPaths.rank(LoadPaths.of(8).replace("-8", "-x"))).isEqualTo(-1);
    assertThat(LoadPaths.rank("later-" + LoadPaths.COUNT)).isEqualTo(-1);
  }
}
