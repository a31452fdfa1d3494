package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchmarkTest {
  @Test
  void order_eachRound_beginsWithTheNextVariant() {
    assertThat(Benchmark.FLOOR.order(0))
        .containsExactly(Variant.RAW, Variant.FLOOR, Variant.OWN, Variant.EXCHANGE);
    assertThat(Benchmark.FLOOR.order(5))
        .containsExactly(Variant.FLOOR, Variant.OWN, Variant.EXCHANGE, Variant.RAW);
    assertThat(Benchmark.HEAVY_HITTERS.order(1))
        .containsExactly(Variant.HEAVY_HITTERS, Variant.FLOOR);
  }

  @Test
  void timing_ofFigures_isPerSecondAndPerMillion() {
    Map<String, Long> figures =
        Map.of(
            RunClock.RECORDS, 4_000_000L,
            RunClock.NANOS, 5_000_000_000L,
            RunClock.CPU_NANOS, 8_000_000_000L);

    assertThat(Timing.of(figures)).isEqualTo(new Timing(800_000, 2.0));
  }

  @Test
  void timing_allReadBeforeTheClockLooked_isRefused() {
    assertThatThrownBy(() -> Timing.of(Map.of(RunClock.RECORDS, 0L)))
        .hasMessageContaining("give more --records");
  }

  @Test
  void summary_ratios_areTakenWithinEachRound() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    BenchmarkReport report =
        new BenchmarkReport(
            Benchmark.HEAVY_HITTERS,
            new BenchmarkRun.Scale(3, 5, 1, 1),
            new RequestLoad(),
            new PrintStream(printed, true, StandardCharsets.UTF_8));
    // The machine is twice as slow in the last round, for both.
    report.add(0, Variant.FLOOR, new Timing(1_000, 2));
    report.add(0, Variant.HEAVY_HITTERS, new Timing(900, 3));
    report.add(1, Variant.HEAVY_HITTERS, new Timing(800, 2));
    report.add(1, Variant.FLOOR, new Timing(1_000, 2));
    report.add(2, Variant.FLOOR, new Timing(500, 4));
    report.add(2, Variant.HEAVY_HITTERS, new Timing(350, 5));

    report.summary();

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .containsPattern("floor +1,000 +2.00 +1.00 \\(1.00 to 1.00\\) +1.00 \\(1.00 to 1.00\\)")
        .containsPattern(
            "heavy-hitters +800 +3.00 +0.80 \\(0.70 to 0.90\\) +1.25 \\(1.00 to 1.50\\)");
  }
}
