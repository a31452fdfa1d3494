package io.millrace.operator.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyFilterTest {
  private static final int KEYS = 100_000;

  @Test
  void mayHold_elevenBitsAKey_forgetsNoneAndMistakesOneInFifty() {
    KeyFilter filter = new KeyFilter(KEYS * 11 / 8);
    SplittableRandom added = new SplittableRandom(1);
    for (int i = 0; i < KEYS; i++) {
      filter.add(added.nextLong());
    }
    SplittableRandom again = new SplittableRandom(1);
    for (int i = 0; i < KEYS; i++) {
      assertThat(filter.mayHold(again.nextLong())).isTrue();
    }
    int mistaken = 0;
    for (int i = 0; i < KEYS; i++) {
      mistaken += filter.mayHold(again.nextLong()) ? 1 : 0;
    }
    assertThat(mistaken).isLessThan(KEYS / 50);
  }
}
