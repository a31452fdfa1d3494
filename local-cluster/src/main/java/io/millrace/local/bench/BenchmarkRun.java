package io.millrace.local.bench;

import io.millrace.local.broker.SinkTopics;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.StopSignal;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.Children;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Runs a benchmark: fills a topic once, then runs every variant once a round, each time in a new
 * JVM that has run it before, beside a broker that has its own. A run whose output is wrong ends
 * the benchmark.
 */
public final class BenchmarkRun {
  /**
   * How much is measured.
   *
   * @param rounds how often each variant is run, positive
   * @param warmUps how often a JVM runs a variant before it is timed, not negative
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

  private static final Duration DECISION_LIMIT = Duration.ofSeconds(60);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

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
      for (int round = 0; round < scale.rounds(); round++) {
        for (Variant variant : Benchmark.order(scale.of(benchmark), round)) {
          Map<String, Long> figures = time(variant, round, broker.bootstrap());
          if (stop.isRequested()) {
            return false;
          }
          check.figures(variant, figures);
          checkRows(check, variant, broker.bootstrap());
          report.add(round, variant, Timing.of(figures));
        }
      }
      report.summary();
      return true;
    }
  }

  /** Runs a variant once; what it finds is meaningless where the user stops it meanwhile. */
  private Map<String, Long> time(Variant variant, int round, String bootstrap)
      throws VoidRunException, IOException, InterruptedException {
    String name = variant.code() + "-" + (round + 1);
    Path own = Files.createDirectories(directory.resolve(name));
    JvmProgram program =
        variant == Variant.KAFKA_STREAMS
            ? StreamsPeer.program(name, programs.kafkaStreams(), own, bootstrap, scale.warmUps())
            : TimedJob.program(
                name, programs.jobs(), own, bootstrap, variant, scale.warmUps(), rows());
    try (ChildProcess child = children.start(program)) {
      while (!child.awaitEnd(LOOK_INTERVAL)) {
        if (stop.isRequested()) {
          return Map.of();
        }
      }
      if (child.exitCode() != 0) {
        throw new VoidRunException(
            variant.code() + " failed in round " + (round + 1) + ": " + cause(name));
      }
    }
    return TimedJob.figures(own);
  }

  private Path rows() {
    return directory.resolve("parsed-rows");
  }

  /** The last line that a failed run printed. */
  private String cause(String name) throws IOException {
    Path output = children.logs().resolve(name + ".out");
    return Files.readString(output).lines().reduce("", (before, line) -> line);
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
    TopicAdmin.delete(bootstrap, variant.outputs());
  }
}
