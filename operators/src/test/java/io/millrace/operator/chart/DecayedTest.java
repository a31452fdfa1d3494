package io.millrace.operator.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.operator.window.PanedWindows;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DecayedTest {
  private static final long SLIDE = 5_000;

  private static Decayed decayed(long halfLife) {
    return new Decayed(
        new ChartSpec(
            new PanedWindows(60_000, SLIDE, 0),
            List.of(ChartKind.DECAYED),
            10,
            halfLife,
            0,
            1,
            0,
            64 << 10));
  }

  private static final int SUM = 3;

  @Test
  void sum_movedFromWindowToWindow_isTheWeightOfWhatIsNotTooOld() {
    for (long halfLife : new long[] {1_000, 5_000, 7_777, 60_000}) {
      Decayed decayed = decayed(halfLife);
      SplittableRandom random = new SplittableRandom(halfLife);
      int[] plays = new int[600];
      WeightSums sums = new WeightSums();
      sums.room(SUM + 1);
      for (int pane = 0; pane < plays.length; pane++) {
        long end = pane * SLIDE;
        // Silence at times, so that sums become zero.
        plays[pane] = pane % 300 > 250 ? 0 : random.nextInt(4) == 0 ? 1 << 20 : random.nextInt(3);
        long from = decayed.oldest(end);
        long to = decayed.oldest(end + SLIDE);
        for (int old = 0; old < pane; old++) {
          long halfLifeOf = decayed.halfLifeOf(old * SLIDE);
          if (halfLifeOf >= from && halfLifeOf < to) {
            sums.add(SUM, -plays[old], decayed.weight(old * SLIDE), (int) (halfLifeOf - from));
          }
        }
        sums.shift(SUM, to - from);
        long shift = decayed.halfLifeOf(end) - to;
        sums.add(SUM, plays[pane], decayed.weight(end), (int) shift);

        double expected = 0;
        for (int each = 0; each <= pane; each++) {
          if (decayed.halfLifeOf(each * SLIDE) >= to) {
            double age = (end + SLIDE - each * SLIDE - SLIDE / 2) / (double) halfLife;
            expected += plays[each] * Math.pow(2, -age);
          }
        }
        assertThat(sums.toDouble(SUM) * decayed.scale(end + SLIDE))
            .isCloseTo(expected, within(expected * 0x1p-45));
        assertThat(sums.isZero(SUM)).isEqualTo(expected == 0);
      }
    }
  }

  @Test
  void shift_leftAndRightAgain_isTheSame() {
    WeightSums sums = new WeightSums();
    sums.room(SUM + 1);
    sums.add(SUM, 1_000_000_007, (1L << 53) - 19, 24);
    double before = sums.toDouble(SUM);
    sums.shift(SUM, -20);
    assertThat(sums.toDouble(SUM)).isEqualTo(Math.scalb(before, 20));
    sums.shift(SUM, 20);
    assertThat(sums.toDouble(SUM)).isEqualTo(before);
    sums.add(SUM, -1_000_000_007, (1L << 53) - 19, 24);
    assertThat(sums.isZero(SUM)).isTrue();
  }

  @Test
  void firstPane_isTheFirstOfItsHalfLife() {
    for (long halfLife : new long[] {1_000, 5_000, 7_777, 60_000}) {
      Decayed decayed = decayed(halfLife);
      for (long number = -5; number < 50; number++) {
        long first = decayed.firstPane(number);
        assertThat(decayed.halfLifeOf(first)).isGreaterThanOrEqualTo(number);
        assertThat(decayed.halfLifeOf(first - SLIDE)).isLessThan(number);
      }
    }
  }
}
