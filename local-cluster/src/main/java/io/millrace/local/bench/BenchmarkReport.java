package io.millrace.local.bench;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;

/** What a benchmark prints: its surroundings, each timed run, and the ratios to the floor. */
final class BenchmarkReport {
  private final Benchmark benchmark;
  private final BenchmarkRun.Scale scale;
  private final RequestLoad load;
  private final PrintStream out;
  private final Map<Variant, List<Timing>> timings = new EnumMap<>(Variant.class);

  BenchmarkReport(
      Benchmark benchmark, BenchmarkRun.Scale scale, RequestLoad load, PrintStream out) {
    this.benchmark = benchmark;
    this.scale = scale;
    this.load = load;
    this.out = out;
    benchmark.variants().forEach(variant -> timings.put(variant, new ArrayList<>()));
  }

  /** Prints what the figures depend on. */
  void head() {
    print("bench %s", benchmark.code());
    print(
        "machine   %d cores, %s %s, load average %.2f",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        loadAverage());
    print(
        "versions  JDK %s (%s), Flink %s, Kafka %s",
        System.getProperty("java.version"),
        System.getProperty("java.vm.name"),
        EnvironmentInformation.getVersion(),
        AppInfoParser.getVersion());
    print(
        "load      %,d requests of %d bytes on average, seed %d; 10,000 paths by Zipf 1.1,"
            + " %,d requests a second of event time",
        load.records(),
        load.bytes() / Math.max(1, load.records()),
        scale.seed(),
        RequestLoad.PER_SECOND);
    print(
        "runs      %d rounds; parallelism %d, checkpoint %d ms, %s; a JVM for each run, after %d to"
            + " warm it up; Kafka in its own",
        scale.rounds(),
        TimedJob.SETTINGS.parallelism(),
        TimedJob.SETTINGS.checkpointInterval().toMillis(),
        TimedJob.SETTINGS.stateBackend(),
        scale.warmUps());
    print("");
  }

  /** Notes a checked run, and prints it. */
  void add(int round, Variant variant, Timing timing) {
    timings.getOrDefault(variant, List.of()).add(timing);
    print(
        "round %d  %-14s %,10.0f records/s   %5.2f CPU s per million   load average %.2f",
        round + 1,
        variant.code(),
        timing.recordsPerSecond(),
        timing.cpuSecondsPerMillion(),
        loadAverage());
  }

  /** Prints medians, and of the ratios the minimum and maximum too. */
  void summary() {
    print("");
    print(
        "medians of %d rounds; ratios are taken within each round (minimum to maximum)",
        scale.rounds());
    print(
        "%-14s %12s  %17s  %-22s  %-22s",
        "", "records/s", "CPU s per million", "records/s to floor", "CPU to floor");
    for (Variant variant : benchmark.variants()) {
      print(
          "%-14s %,12.0f  %17.2f  %-22s  %-22s",
          variant.code(),
          spread(variant, Timing::recordsPerSecond).median(),
          spread(variant, Timing::cpuSecondsPerMillion).median(),
          text(ratios(variant, Timing::recordsPerSecond)),
          text(ratios(variant, Timing::cpuSecondsPerMillion)));
    }
  }

  private Spread spread(Variant variant, ToDoubleFunction<Timing> figure) {
    return Spread.of(of(variant).stream().map(figure::applyAsDouble).toList());
  }

  /** Of each round the variant's figure divided by the floor's. */
  private Spread ratios(Variant variant, ToDoubleFunction<Timing> figure) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < of(variant).size(); round++) {
      ratios.add(
          figure.applyAsDouble(of(variant).get(round))
              / figure.applyAsDouble(of(Variant.FLOOR).get(round)));
    }
    return Spread.of(ratios);
  }

  private List<Timing> of(Variant variant) {
    return timings.getOrDefault(variant, List.of());
  }

  private static String text(Spread spread) {
    return String.format(
        Locale.ROOT, "%.2f (%.2f to %.2f)", spread.median(), spread.min(), spread.max());
  }

  private static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
