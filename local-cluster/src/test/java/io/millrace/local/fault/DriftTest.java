package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.fault.Drift.Figure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DriftTest {
  /** May grow by a tenth and by 5 MiB more. */
  private static final Figure MEMORY = new Figure("memory", 1 << 20, "MiB", 10, 5 << 20);

  @Test
  void of_aFigure_comparesTheMediansOfTheFirstAndTheLastQuarter() {
    List<Long> looks = new ArrayList<>();
    looks.addAll(mebibytes(100, 100, 101, 900, 102, 103));
    looks.addAll(mebibytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    looks.addAll(mebibytes(114, 115, 115, 115, 1, 2_000));

    Drift drift = Drift.of(MEMORY, looks);

    assertThat(drift.isFlat()).isTrue();
    assertThat(drift).hasToString("memory: 102 -> 115 MiB (24 looks)");
  }

  @Test
  void isFlat_untilItHasGrownByMoreThanItMay() {
    assertThat(drift(100, 115).isFlat()).isTrue();
    assertThat(drift(100, 116).isFlat()).isFalse();
    assertThat(drift(100, 116)).hasToString("memory: 100 -> 116 MiB (20 looks), GREW");
    assertThat(drift(0, 5).isFlat()).isTrue();
    assertThat(drift(100, 1).isFlat()).as("what shrinks").isTrue();
  }

  @Test
  void isFlat_withoutLooksEnough_isNotSaid() {
    Drift drift = Drift.of(MEMORY, Collections.nCopies(19, 1L));

    assertThat(drift.isKnown()).isFalse();
    assertThat(drift.isFlat()).isFalse();
    assertThat(drift).hasToString("memory: 19 looks are too few, feed for longer");
  }

  @Test
  void report_namesWhatGrew_andWhatNothingTells() {
    SoakReport report =
        new SoakReport(List.of(drift(100, 100), drift(100, 200), Drift.of(MEMORY, List.of())));

    assertThat(report.lines())
        .containsExactly(
            "soak           memory: 100 -> 100 MiB (20 looks)",
            "soak           memory: 100 -> 200 MiB (20 looks), GREW",
            "soak           memory: 0 looks are too few, feed for longer");
    assertThat(report.reasons())
        .containsExactly("memory grew", "memory: 0 looks are too few, feed for longer");
    assertThat(new SoakReport(List.of(drift(100, 100))).reasons()).isEmpty();
  }

  private static Drift drift(long first, long last) {
    List<Long> looks = new ArrayList<>(Collections.nCopies(10, first << 20));
    looks.addAll(Collections.nCopies(10, last << 20));
    return Drift.of(MEMORY, looks);
  }

  private static List<Long> mebibytes(long... values) {
    return LongStream.of(values).mapToObj(value -> value << 20).toList();
  }
}
