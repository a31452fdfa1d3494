package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.bench.BenchmarkRun.Scale;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchmarkTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void order_eachRound_beginsWithTheNextVariant() {
    List<Variant> variants = Benchmark.FLOOR.variants();

    assertThat(Benchmark.order(variants, 0))
        .containsExactly(
            Variant.RAW, Variant.FLOOR, Variant.OWN, Variant.PROJECTED, Variant.EXCHANGE);
    assertThat(Benchmark.order(variants, 6))
        .containsExactly(
            Variant.FLOOR, Variant.OWN, Variant.PROJECTED, Variant.EXCHANGE, Variant.RAW);
  }

  @Test
  void variants_areThoseOfTheRatios_unlessSomeAreAskedFor() {
    assertThat(Benchmark.HEAVY_HITTERS.variantCodes())
        .containsExactly(
            "floor",
            "own",
            "projected",
            "heavy-hitters",
            "sliding",
            "flink-sql",
            "kafka-streams",
            "heavy-hitters-parsed",
            "flink-sql-parsed");
    assertThat(scale(1, "flink-sql", "floor").of(Benchmark.HEAVY_HITTERS))
        .containsExactly(Variant.FLOOR, Variant.FLINK_SQL);
  }

  @Test
  void timing_ofFigures_isPerSecondAndPerMillion() {
    Map<String, Long> figures =
        Map.of(
            RunTimes.RECORDS, 4_000_000L,
            RunTimes.NANOS, 5_000_000_000L,
            RunTimes.CPU_NANOS, 8_000_000_000L);

    assertThat(Timing.of(figures)).isEqualTo(new Timing(800_000, 2.0));
  }

  @Test
  void timing_allReadBeforeTheClockLooked_isRefused() {
    assertThatThrownBy(() -> Timing.of(Map.of(RunTimes.RECORDS, 0L)))
        .hasMessageContaining("give more --records");
  }

  @Test
  void head_printsLoadAndWhatEachVariantIs() {
    report(scale(2)).head(new RequestLoad(0));

    assertThat(printed())
        .contains("in 5 windows of 300 s", "drawn from 1,000,000 by Zipf 1.1")
        .contains(
            "one JVM for each program, warm-up runs before the first round: up to 3 in 120 s;")
        .containsPattern("flink-sql +window Top-N.*\n +mini-batch of 2 s and 5000 rows, TWO_PHASE")
        .containsPattern("kafka-streams .*\n +exactly_once_v2, 2 threads.*128 MiB of cache");
  }

  @Test
  void summary_ratios_areTakenWithinEachRound() {
    BenchmarkReport report = report(scale(3, "floor", "heavy-hitters", "flink-sql"));
    // The machine is twice as slow in the last round, for all.
    report.add(0, Variant.FLOOR, new Timing(1_000, 2));
    report.add(0, Variant.HEAVY_HITTERS, new Timing(900, 3));
    report.add(0, Variant.FLINK_SQL, new Timing(300, 6));
    report.add(1, Variant.HEAVY_HITTERS, new Timing(800, 2));
    report.add(1, Variant.FLINK_SQL, new Timing(200, 4));
    report.add(1, Variant.FLOOR, new Timing(1_000, 2));
    report.add(2, Variant.FLINK_SQL, new Timing(100, 10));
    report.add(2, Variant.FLOOR, new Timing(500, 4));
    report.add(2, Variant.HEAVY_HITTERS, new Timing(350, 5));

    report.summary();

    assertThat(printed())
        .containsPattern("floor +1,000 +2.00\n")
        .containsPattern("heavy-hitters +800 +3.00\n")
        .containsPattern(
            "heavy-hitters to floor +0.80 \\(0.70 to 0.90\\), goal 0.95 +1.25 \\(1.00 to 1.50\\)\n")
        .containsPattern(
            "heavy-hitters to flink-sql +3.50 \\(3.00 to 4.00\\), goal 3.00"
                + " +0.50 \\(0.50 to 0.50\\)\n")
        .doesNotContain("to own", "sliding", "kafka-streams");
  }

  private static Scale scale(int rounds, String... only) {
    return new Scale(rounds, 3, 10, 1, List.of(only));
  }

  private BenchmarkReport report(Scale scale) {
    return new BenchmarkReport(
        Benchmark.HEAVY_HITTERS, scale, new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
