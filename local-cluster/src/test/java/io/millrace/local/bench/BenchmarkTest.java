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
            RequestVariant.RAW,
            RequestVariant.FLOOR,
            RequestVariant.OWN,
            RequestVariant.PROJECTED,
            RequestVariant.EXCHANGE);
    assertThat(Benchmark.order(variants, 6))
        .containsExactly(
            RequestVariant.FLOOR,
            RequestVariant.OWN,
            RequestVariant.PROJECTED,
            RequestVariant.EXCHANGE,
            RequestVariant.RAW);
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
        .containsExactly(RequestVariant.FLOOR, RequestVariant.FLINK_SQL);
  }

  @Test
  void sinks_eachHasItsLoop_andOneGuaranteeTheOther() {
    assertThat(Benchmark.SINKS.comparisons())
        .extracting(Comparison::words)
        .containsExactly(
            "redis-sorted-set to redis-sorted-set-loop",
            "redis-string to redis-string-loop",
            "postgres to postgres-loop",
            "cassandra to cassandra-loop",
            "opensearch to opensearch-loop",
            "s3 to s3-loop",
            "kafka to kafka-loop",
            "exactly-once to at-least-once");
    for (Comparison comparison : Benchmark.SINKS.comparisons()) {
      SinkVariant sink = (SinkVariant) comparison.variant();
      SinkVariant other = (SinkVariant) comparison.other();
      assertThat(sink.server()).isEqualTo(other.server());
      assertThat(sink.mainClass()).isEqualTo(other.mainClass());
      assertThat(sink.arguments(10)).isNotEqualTo(other.arguments(10));
    }
  }

  @Test
  void sinkLoad_rows_differInTheirChecksums() {
    assertThat(SinkLoad.of(2).checksum()).isNotEqualTo(2 * SinkLoad.of(1).checksum());
    assertThat(SinkLoad.of(0)).isEqualTo(new SinkLoad(0, 0));
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
    report(scale(2)).head(RequestTestbed.describe(new RequestLoad(0)));

    assertThat(printed())
        .contains("in 5 windows of 300 s", "drawn from 1,000,000 by Zipf 1.1")
        .contains(
            "2 rounds, seed 1; one JVM for each program, warm-up runs before the first round: up to 3"
                + " in 120 s")
        .contains("parallelism 2, checkpoint 1000 ms, 128 MiB of managed memory, rocksdb")
        .containsPattern("flink-sql +window Top-N.*\n +mini-batch of 2 s and 5000 rows, TWO_PHASE")
        .containsPattern("kafka-streams .*\n +exactly_once_v2, 2 threads.*128 MiB of cache");
  }

  @Test
  void summary_ratios_areTakenWithinEachRound() {
    BenchmarkReport report = report(scale(3, "floor", "heavy-hitters", "flink-sql"));
    // The machine is twice as slow in the last round, for all.
    report.add(0, RequestVariant.FLOOR, new Timing(1_000, 2));
    report.add(0, RequestVariant.HEAVY_HITTERS, new Timing(900, 3));
    report.add(0, RequestVariant.FLINK_SQL, new Timing(300, 6));
    report.add(1, RequestVariant.HEAVY_HITTERS, new Timing(800, 2));
    report.add(1, RequestVariant.FLINK_SQL, new Timing(200, 4));
    report.add(1, RequestVariant.FLOOR, new Timing(1_000, 2));
    report.add(2, RequestVariant.FLINK_SQL, new Timing(100, 10));
    report.add(2, RequestVariant.FLOOR, new Timing(500, 4));
    report.add(2, RequestVariant.HEAVY_HITTERS, new Timing(350, 5));

    report.summary(List.of("found"));

    assertThat(printed())
        .containsPattern("floor +1,000 +2.00\n")
        .containsPattern("heavy-hitters +800 +3.00\n")
        .containsPattern(
            "heavy-hitters to floor +0.80 \\(0.70 to 0.90\\), goal 0.95 +1.25 \\(1.00 to 1.50\\)\n")
        .containsPattern(
            "heavy-hitters to flink-sql +3.50 \\(3.00 to 4.00\\), goal 3.00"
                + " +0.50 \\(0.50 to 0.50\\)\n")
        .doesNotContain("to own", "sliding", "kafka-streams")
        .endsWith("\n\nfound\n");
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
