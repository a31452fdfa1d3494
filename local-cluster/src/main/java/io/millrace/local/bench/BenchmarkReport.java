package io.millrace.local.bench;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.flink.runtime.util.EnvironmentInformation;

/** What a benchmark prints: its surroundings, each timed run, and the ratios. */
final class BenchmarkReport {
  private final Benchmark benchmark;
  private final BenchmarkRun.Scale scale;
  private final PrintStream out;
  private final Map<Variant, List<Timing>> timings = new LinkedHashMap<>();

  BenchmarkReport(Benchmark benchmark, BenchmarkRun.Scale scale, PrintStream out) {
    this.benchmark = benchmark;
    this.scale = scale;
    this.out = out;
    scale.of(benchmark).forEach(variant -> timings.put(variant, new ArrayList<>()));
  }

  /**
   * Prints what the figures depend on.
   *
   * @param testbed what is read and how programs are run, each a word and its line
   */
  void head(Map<String, String> testbed) {
    print("bench %s", benchmark.code());
    line(
        "machine",
        format(
            "%d cores, %s %s, load average %.2f",
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            loadAverage()));
    line(
        "versions",
        format(
            "JDK %s (%s), Flink %s",
            System.getProperty("java.version"),
            System.getProperty("java.vm.name"),
            EnvironmentInformation.getVersion()));
    testbed.forEach(this::line);
    line(
        "runs",
        format(
            "%d rounds, seed %d; one JVM for each program, warm-up runs before the first round: up to"
                + " %d in %d s",
            scale.rounds(), scale.seed(), scale.warmUps(), BenchmarkRun.WARM_UP_LIMIT.toSeconds()));
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

  /**
   * Prints medians, and of the ratios the minimum and maximum too.
   *
   * @param findings what else was seen
   */
  void summary(List<String> findings) {
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
    if (!findings.isEmpty()) {
      print("");
      findings.forEach(out::println);
    }
  }

  private static String goal(Comparison comparison) {
    return comparison.goal() == 0 ? "" : format(", goal %.2f", comparison.goal());
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
    return format("%.2f (%.2f to %.2f)", spread.median(), spread.min(), spread.max());
  }

  private static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private void line(String word, String text) {
    print("%-9s %s", word, text);
  }

  private void print(String format, Object... values) {
    out.println(format(format, values));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
