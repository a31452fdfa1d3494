package io.millrace.local.bench;

import io.millrace.local.broker.SinkTopics;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.ClassPath;
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
import java.util.ArrayList;
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
   */
  public record Scale(int rounds, int warmUps, long records, long seed) {}

  private static final Duration DECISION_LIMIT = Duration.ofSeconds(60);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

  private final Benchmark benchmark;
  private final Scale scale;
  private final Path jobsJar;
  private final Path directory;
  private final Children children;
  private final StopSignal stop;
  private final PrintStream out;

  private BenchmarkRun(
      Benchmark benchmark,
      Scale scale,
      Path jobsJar,
      Path directory,
      Children children,
      StopSignal stop,
      PrintStream out) {
    this.benchmark = benchmark;
    this.scale = scale;
    this.jobsJar = jobsJar;
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
      Path jobsJar,
      RunDirectory directory,
      StopSignal stop,
      PrintStream out)
      throws VoidRunException, IOException, InterruptedException {
    Children children = Children.in(directory.path(), directory::recordChild);
    return new BenchmarkRun(benchmark, scale, jobsJar, directory.path(), children, stop, out).run();
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
      RunCheck check = new RunCheck(load);
      BenchmarkReport report = new BenchmarkReport(benchmark, scale, load, out);
      report.head();
      for (int round = 0; round < scale.rounds(); round++) {
        for (Variant variant : benchmark.order(round)) {
          Map<String, Long> figures = time(variant, round, broker.bootstrap());
          if (stop.isRequested()) {
            return false;
          }
          check.figures(variant, figures);
          checkRows(check, variant, broker.bootstrap(), admin);
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
    List<String> classPath = new ArrayList<>(ClassPath.current().entries());
    classPath.add(jobsJar.toString());
    try (ChildProcess child =
        children.start(
            JvmProgram.of(
                name,
                TimedJob.class.getName(),
                new ClassPath(classPath),
                List.of("-Xms2g", "-Xmx2g", "--add-opens=java.base/java.util=ALL-UNNAMED"),
                List.of(
                    own.toString(),
                    jobsJar.toString(),
                    bootstrap,
                    variant.code(),
                    String.valueOf(scale.warmUps()))))) {
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

  /** The last line that a failed run printed. */
  private String cause(String name) throws IOException {
    Path output = children.logs().resolve(name + ".out");
    return Files.readString(output).lines().reduce("", (before, line) -> line);
  }

  private void checkRows(RunCheck check, Variant variant, String bootstrap, TopicAdmin admin)
      throws VoidRunException, IOException, InterruptedException {
    if (variant.outputs().isEmpty()) {
      return;
    }
    Path rows = directory.resolve("rows");
    try (SinkTopics sinks = SinkTopics.follow(bootstrap, variant.outputs(), rows, DECISION_LIMIT)) {
      sinks.finish(true);
      check.rankings(sinks.rows(), rows);
    }
    // The next run starts from nothing.
    admin.delete(variant.outputs());
  }
}
