package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void distance_knownPairs() {
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("abc", "abc")).isZero();
  }

  @Test
  void to_typo_findsTheName() {
    assertThat(Nearest.to("heavy-hiters", List.of("list", "heavy-hitters", "trending-songs")))
        .hasValue("heavy-hitters");
    assertThat(Nearest.to("x", List.of())).isEmpty();
  }
}
