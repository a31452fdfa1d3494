package io.millrace.local.bench;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.flink.LocalFlink;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.ClassPath;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a variant on Flink, each time on one of its own: some times so that its code is compiled,
 * and then once under a {@link RunClock}. This is the {@code main} of the JVM that each timed run
 * gets.
 */
public final class TimedJob {
  /** The Flink of every timed run. */
  static final FlinkSettings SETTINGS =
      new FlinkSettings(2, StateBackend.ROCKSDB, Duration.ofSeconds(1), 0);

  /** Options of the JVM of every timed run. */
  static final List<String> JVM_OPTIONS =
      List.of("-Xms2g", "-Xmx2g", "--add-opens=java.base/java.util=ALL-UNNAMED");

  private static final Logger LOG = LoggerFactory.getLogger(TimedJob.class);
  static final String CLOCK = "clock.properties";
  private static final String ACCUMULATORS = "accumulators.properties";
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  private final Path directory;
  private final Path jobsJar;
  private final String bootstrap;
  private final Variant variant;
  private final int warmUps;
  private final String rows;

  private TimedJob(
      Path directory, Path jobsJar, String bootstrap, Variant variant, int warmUps, String rows) {
    this.directory = directory;
    this.jobsJar = jobsJar;
    this.bootstrap = bootstrap;
    this.variant = variant;
    this.warmUps = warmUps;
    this.rows = rows;
  }

  /** The JVM that runs a variant. */
  static JvmProgram program(
      String name,
      Path jobsJar,
      Path directory,
      String bootstrap,
      Variant variant,
      int warmUps,
      Path rows) {
    List<String> classPath = new ArrayList<>(ClassPath.current().entries());
    classPath.add(jobsJar.toString());
    return JvmProgram.of(
        name,
        TimedJob.class.getName(),
        new ClassPath(classPath),
        JVM_OPTIONS,
        List.of(
            directory.toString(),
            jobsJar.toString(),
            bootstrap,
            variant.code(),
            String.valueOf(warmUps),
            rows.toString()));
  }

  /**
   * Runs a variant and writes what was measured into a directory.
   *
   * @param args the directory, the jobs jar, Kafka's bootstrap servers, the variant's code, how
   *     often it is run before it is timed, and the file with parsed requests
   */
  public static void main(String[] args) {
    try {
      Path directory = Path.of(args[0]);
      new TimedJob(
              directory,
              Path.of(args[1]),
              args[2],
              Variant.ofCode(args[3]),
              Integer.parseInt(args[4]),
              args[5])
          .run();
      System.exit(0);
    } catch (Exception | LinkageError e) {
      LOG.error("The run failed", e);
      System.err.println(FailureCause.of(e));
      System.exit(1);
    }
  }

  private void run() throws Exception {
    for (int i = 1; i <= warmUps; i++) {
      runOnce("warm-up-" + i, new Configuration());
      if (!variant.outputs().isEmpty()) {
        TopicAdmin.delete(bootstrap, variant.outputs());
      }
    }
    Properties accumulators = new Properties();
    accumulators.putAll(runOnce("flink", RunClock.configuration(directory.resolve(CLOCK))));
    try (var out = Files.newBufferedWriter(directory.resolve(ACCUMULATORS))) {
      accumulators.store(out, null);
    }
  }

  /** Runs the job to its end, on a Flink that keeps its files under {@code name}. */
  private Map<String, String> runOnce(String name, Configuration more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of("--bootstrap", bootstrap, "--bounded", "true", "--start-from", "earliest"));
    arguments.addAll(variant.arguments(rows));
    // The jar is on the class path too. Its classes are loaded once, and stay compiled.
    more.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    try (LocalFlink flink = LocalFlink.start(directory.resolve(name), SETTINGS, more)) {
      SubmittedJob job =
          flink.submit(jobsJar, variant.mainClass(), arguments, Submission.Start.FRESH);
      String state = job.state();
      while (!SubmittedJob.isEnd(state)) {
        TimeUnit.NANOSECONDS.sleep(LOOK_INTERVAL.toNanos());
        state = job.state();
      }
      if (!state.equals(SubmittedJob.FINISHED)) {
        throw new IllegalStateException("the job is " + state + ": " + job.failure());
      }
      return job.accumulators();
    }
  }

  /** What a run left in its directory, by name. */
  static Map<String, Long> figures(Path directory) throws IOException {
    Properties figures = new Properties();
    for (String file : List.of(CLOCK, ACCUMULATORS)) {
      Path written = directory.resolve(file);
      if (Files.exists(written)) {
        try (var in = Files.newBufferedReader(written)) {
          figures.load(in);
        }
      }
    }
    return figures.stringPropertyNames().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                name -> name, name -> Long.parseLong(figures.getProperty(name))));
  }
}
