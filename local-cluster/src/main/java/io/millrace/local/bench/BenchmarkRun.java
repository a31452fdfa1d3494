package io.millrace.local.bench;

import io.millrace.local.broker.SinkTopics;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.StopSignal;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.Children;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs a benchmark: fills a topic once, warms up a JVM for each variant, and then runs every
 * variant once a round, beside a broker that has a JVM of its own. One JVM works at a time, and the
 * others wait. A run whose output is wrong ends the benchmark.
 */
public final class BenchmarkRun {
  /**
   * How much is measured.
   *
   * @param rounds how often each variant is run, positive
   * @param warmUps how often each variant is run before the first round, not negative; one that has
   *     been run for {@link BenchmarkRun#WARM_UP_LIMIT} is not run again
   * @param records how many requests each run reads, positive
   * @param seed makes the requests
   * @param only codes of the variants that are run; empty for all
   */
  public record Scale(int rounds, int warmUps, int records, long seed, List<String> only) {
    /** The number of records must be a multiple: windows and tasks get equally many. */
    public static final int RECORDS_MULTIPLE_OF =
        RequestLoad.WINDOWS * TimedJob.SETTINGS.parallelism();

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
   */
  public record Programs(Path jobs, Path kafkaStreams) {}

  /** What is slow has been compiled after fewer runs. */
  static final Duration WARM_UP_LIMIT = Duration.ofMinutes(2);

  private static final Duration DECISION_LIMIT = Duration.ofSeconds(60);

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
    out.println("starting Kafka and making " + scale.records() + " requests");
    try (BrokerProcess broker = BrokerProcess.start(children, directory.resolve("kafka"));
        TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(List.of(Topics.WEB_REQUESTS));
      RequestLoad load;
      try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
        load = RequestLoad.fill(feeder, scale.records(), scale.seed(), stop::isRequested);
      }
      if (stop.isRequested()) {
        return false;
      }
      load.writeRows(rows());
      RunCheck check = new RunCheck(load);
      BenchmarkReport report = new BenchmarkReport(benchmark, scale, out);
      report.head(load);
      if (!measure(check, report, broker.bootstrap())) {
        return false;
      }
      report.summary();
      return true;
    }
  }

  /** Warms up every variant's JVM, one after another, and runs the rounds. */
  private boolean measure(RunCheck check, BenchmarkReport report, String bootstrap)
      throws VoidRunException, IOException, InterruptedException {
    List<VariantProcess> processes = new ArrayList<>();
    try {
      for (Variant variant : scale.of(benchmark)) {
        VariantProcess process = start(variant, bootstrap);
        processes.add(process);
        out.println("warming up " + variant.code());
        Instant limit = Instant.now().plus(WARM_UP_LIMIT);
        for (int warmUp = 1; warmUp <= scale.warmUps() && Instant.now().isBefore(limit); warmUp++) {
          process.run("warm-up", warmUp);
          if (stop.isRequested()) {
            return false;
          }
          deleteOutputs(variant, bootstrap);
        }
      }
      for (int round = 0; round < scale.rounds(); round++) {
        for (VariantProcess process : Benchmark.order(processes, round)) {
          Variant variant = process.variant();
          Map<String, Long> figures = process.run("round", round + 1);
          if (stop.isRequested()) {
            return false;
          }
          check.figures(variant, figures);
          checkRows(check, variant, bootstrap);
          deleteOutputs(variant, bootstrap);
          report.add(round, variant, Timing.of(figures));
        }
      }
      return true;
    } finally {
      processes.forEach(VariantProcess::close);
    }
  }

  private VariantProcess start(Variant variant, String bootstrap) throws IOException {
    JvmProgram program =
        variant == Variant.KAFKA_STREAMS
            ? StreamsPeer.program(variant.code(), programs.kafkaStreams(), bootstrap)
            : TimedJob.program(programs.jobs(), bootstrap, variant, rows());
    return VariantProcess.start(
        children, variant, program, directory.resolve(variant.code()), stop::isRequested);
  }

  private Path rows() {
    return directory.resolve("parsed-rows");
  }

  private void checkRows(RunCheck check, Variant variant, String bootstrap)
      throws VoidRunException, IOException, InterruptedException {
    if (variant.outputs().isEmpty()) {
      return;
    }
    Path rows = directory.resolve("rows");
    try (SinkTopics sinks = SinkTopics.follow(bootstrap, variant.outputs(), rows, DECISION_LIMIT)) {
      sinks.finish(true);
      check.rows(variant, sinks.rows(), rows);
    }
  }

  private static void deleteOutputs(Variant variant, String bootstrap)
      throws IOException, InterruptedException {
    if (!variant.outputs().isEmpty()) {
      TopicAdmin.delete(bootstrap, variant.outputs());
    }
  }
}
