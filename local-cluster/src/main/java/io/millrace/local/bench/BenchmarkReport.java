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

/** What a benchmark prints: its surroundings, each timed run, and the ratios. */
final class BenchmarkReport {
  private final Benchmark benchmark;
  private final BenchmarkRun.Scale scale;
  private final PrintStream out;
  private final Map<Variant, List<Timing>> timings = new EnumMap<>(Variant.class);

  BenchmarkReport(Benchmark benchmark, BenchmarkRun.Scale scale, PrintStream out) {
    this.benchmark = benchmark;
    this.scale = scale;
    this.out = out;
    scale.of(benchmark).forEach(variant -> timings.put(variant, new ArrayList<>()));
  }

  /** Prints what the figures depend on. */
  void head(RequestLoad load) {
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
        "load      %,d requests of %d bytes on average, seed %d, in %d windows of %d s",
        load.records(),
        load.bytes() / Math.max(1, load.records()),
        scale.seed(),
        RequestLoad.WINDOWS,
        RequestLoad.WINDOW_MILLIS / 1_000);
    print(
        "paths     drawn from %,d by Zipf %.1f: %,d distinct, %,d in a window on average",
        LoadPaths.COUNT, LoadPaths.EXPONENT, load.distinct(), load.distinctInWindow());
    print(
        "runs      %d rounds; parallelism %d, checkpoint %d ms, %s; one JVM for each program, warm-up"
            + " runs before the first round: up to %d in %d s; Kafka in its own",
        scale.rounds(),
        TimedJob.SETTINGS.parallelism(),
        TimedJob.SETTINGS.checkpointInterval().toMillis(),
        TimedJob.SETTINGS.stateBackend(),
        scale.warmUps(),
        BenchmarkRun.WARM_UP_LIMIT.toSeconds());
    print("");
    for (Variant variant : timings.keySet()) {
      String name = variant.code();
      for (String part : variant.description()) {
        print("%-21s %s", name, part);
        name = "";
      }
    }
    print("");
  }

  /** Notes a checked run, and prints it. */
  void add(int round, Variant variant, Timing timing) {
    of(variant).add(timing);
    print(
        "round %d  %-21s %,10.0f records/s   %5.2f CPU s per million   load average %.2f",
        round + 1,
        variant.code(),
        timing.recordsPerSecond(),
        timing.cpuSecondsPerMillion(),
        loadAverage());
  }

  /** Prints medians, and of the ratios the minimum and maximum too. */
  void summary() {
    print("");
    print("medians of %d rounds, every run's output checked", scale.rounds());
    print("%-21s %12s  %17s", "", "records/s", "CPU s per million");
    for (Variant variant : timings.keySet()) {
      print(
          "%-21s %,12.0f  %17.2f",
          variant.code(),
          spread(variant, Timing::recordsPerSecond).median(),
          spread(variant, Timing::cpuSecondsPerMillion).median());
    }
    print("");
    print("ratios within each round: median (minimum to maximum)");
    print("%-41s %-35s %s", "", "records/s", "CPU s per million");
    for (Comparison comparison : benchmark.comparisons()) {
      if (timings.containsKey(comparison.variant()) && timings.containsKey(comparison.other())) {
        print(
            "%-41s %-35s %s",
            comparison.words(),
            text(ratios(comparison, Timing::recordsPerSecond)) + goal(comparison),
            text(ratios(comparison, Timing::cpuSecondsPerMillion)));
      }
    }
  }

  private static String goal(Comparison comparison) {
    return comparison.goal() == 0
        ? ""
        : String.format(Locale.ROOT, ", goal %.2f", comparison.goal());
  }

  private Spread spread(Variant variant, ToDoubleFunction<Timing> figure) {
    return Spread.of(of(variant).stream().map(figure::applyAsDouble).toList());
  }

  /** Of each round the variant's figure divided by the other's. */
  private Spread ratios(Comparison comparison, ToDoubleFunction<Timing> figure) {
    List<Timing> above = of(comparison.variant());
    List<Timing> below = of(comparison.other());
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < above.size(); round++) {
      ratios.add(figure.applyAsDouble(above.get(round)) / figure.applyAsDouble(below.get(round)));
    }
    return Spread.of(ratios);
  }

  private List<Timing> of(Variant variant) {
    return timings.computeIfAbsent(variant, each -> new ArrayList<>());
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
