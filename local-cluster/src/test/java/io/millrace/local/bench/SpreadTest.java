package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void of_oddNumber_takesTheMiddleOne() {
    assertThat(Spread.of(List.of(0.9, 0.5, 0.7))).isEqualTo(new Spread(0.7, 0.5, 0.9));
  }

  @Test
  void of_evenNumber_takesTheMeanOfTheMiddleTwo() {
    assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(new Spread(2.5, 1, 4));
  }
}
