package io.millrace.local.bench;

import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.StopSignal;
import io.millrace.local.process.Children;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs a benchmark: makes its input once, warms up a JVM for each variant, and then runs every
 * variant once a round. One JVM works at a time, and the others wait. A run whose output is wrong
 * ends the benchmark.
 */
public final class BenchmarkRun {
  /**
   * How much is measured.
   *
   * @param rounds how often each variant is run, positive
   * @param warmUps how often each variant is run before the first round, not negative; one that has
   *     been run for {@link BenchmarkRun#WARM_UP_LIMIT} is not run again
   * @param records how many records each run reads, positive
   * @param seed makes the records
   * @param only codes of the variants that are run; empty for all
   */
  public record Scale(int rounds, int warmUps, int records, long seed, List<String> only) {
    /** The number of records must be a multiple: windows and tasks get equally many. */
    public static final int RECORDS_MULTIPLE_OF =
        RequestLoad.WINDOWS * RequestTestbed.SETUP.parallelism();

    /** The variants of a benchmark that are run. */
    List<Variant> of(Benchmark benchmark) {
      return benchmark.variants().stream()
          .filter(variant -> only.isEmpty() || only.contains(variant.code()))
          .toList();
    }
  }

  /**
   * Where the programs are.
   *
   * @param jobs the jobs jar
   * @param kafkaStreams directory with the jars that only the process of Kafka Streams gets
   * @param h3 directory with the jar that only the peers of location fan-out get
   */
  public record Programs(Path jobs, Path kafkaStreams, Path h3) {}

  /** What is slow has been compiled after fewer runs. */
  static final Duration WARM_UP_LIMIT = Duration.ofMinutes(2);

  private final Benchmark benchmark;
  private final Scale scale;
  private final Programs programs;
  private final Path directory;
  private final Children children;
  private final StopSignal stop;
  private final PrintStream out;

  private BenchmarkRun(
      Benchmark benchmark,
      Scale scale,
      Programs programs,
      Path directory,
      Children children,
      StopSignal stop,
      PrintStream out) {
    this.benchmark = benchmark;
    this.scale = scale;
    this.programs = programs;
    this.directory = directory;
    this.children = children;
    this.stop = stop;
    this.out = out;
  }

  /**
   * Runs a benchmark and prints its figures.
   *
   * @return whether it came to its end; false where the user stopped it
   * @throws VoidRunException where a run fails or its output is wrong; the message says which
   */
  public static boolean run(
      Benchmark benchmark,
      Scale scale,
      Programs programs,
      RunDirectory directory,
      StopSignal stop,
      PrintStream out)
      throws VoidRunException, IOException, InterruptedException {
    Children children = Children.in(directory.path(), directory::recordChild);
    return new BenchmarkRun(benchmark, scale, programs, directory.path(), children, stop, out)
        .run();
  }

  private boolean run() throws VoidRunException, IOException, InterruptedException {
    out.println("making " + scale.records() + " records");
    Testbed.Site site = new Testbed.Site(programs, children, directory, stop::isRequested);
    try (Testbed testbed = benchmark.open(site, scale)) {
      if (stop.isRequested()) {
        return false;
      }
      BenchmarkReport report = new BenchmarkReport(benchmark, scale, out);
      report.head(testbed.description());
      if (!measure(testbed, report)) {
        return false;
      }
      report.summary(testbed.findings());
      return true;
    }
  }

  /** Warms up every variant's JVM, one after another, and runs the rounds. */
  private boolean measure(Testbed testbed, BenchmarkReport report)
      throws VoidRunException, IOException, InterruptedException {
    List<VariantProcess> processes = new ArrayList<>();
    try {
      for (Variant variant : scale.of(benchmark)) {
        VariantProcess process = start(testbed, variant);
        processes.add(process);
        out.println("warming up " + variant.code());
        Instant limit = Instant.now().plus(WARM_UP_LIMIT);
        for (int warmUp = 1; warmUp <= scale.warmUps() && Instant.now().isBefore(limit); warmUp++) {
          process.run("warm-up", warmUp);
          if (stop.isRequested()) {
            return false;
          }
          testbed.clear(variant);
        }
      }
      for (int round = 0; round < scale.rounds(); round++) {
        for (VariantProcess process : Benchmark.order(processes, round)) {
          Variant variant = process.variant();
          Map<String, Long> figures = process.run("round", round + 1);
          if (stop.isRequested()) {
            return false;
          }
          testbed.check(variant, figures);
          testbed.clear(variant);
          report.add(round, variant, Timing.of(figures));
        }
      }
      return true;
    } finally {
      processes.forEach(VariantProcess::close);
    }
  }

  private VariantProcess start(Testbed testbed, Variant variant) throws IOException {
    return VariantProcess.start(
        children,
        variant,
        testbed.program(variant),
        directory.resolve(variant.code()),
        stop::isRequested);
  }
}
