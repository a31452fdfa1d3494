package io.millrace.local.bench;

import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.flink.LocalFlink;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one job once under a {@link RunClock}, on a Flink of its own: the {@code main} of the JVM
 * that each timed run gets.
 */
public final class TimedJob {
  /** The Flink of every timed run. */
  static final FlinkSettings SETTINGS =
      new FlinkSettings(2, StateBackend.ROCKSDB, Duration.ofSeconds(1), 0);

  private static final Logger LOG = LoggerFactory.getLogger(TimedJob.class);
  private static final String CLOCK = "clock.properties";
  private static final String ACCUMULATORS = "accumulators.properties";
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  private TimedJob() {}

  /**
   * Runs a job to its end and writes what was measured into a directory.
   *
   * @param args the directory, the jar, the job's main class and what that gets
   */
  public static void main(String[] args) {
    try {
      run(Path.of(args[0]), Path.of(args[1]), args[2], Arrays.asList(args).subList(3, args.length));
      System.exit(0);
    } catch (Exception | LinkageError e) {
      LOG.error("The run failed", e);
      System.err.println(FailureCause.of(e));
      System.exit(1);
    }
  }

  private static void run(Path directory, Path jar, String mainClass, List<String> arguments)
      throws Exception {
    try (LocalFlink flink =
        LocalFlink.start(
            directory.resolve("flink"),
            SETTINGS,
            RunClock.configuration(directory.resolve(CLOCK)))) {
      SubmittedJob job = flink.submit(jar, mainClass, arguments, Submission.Start.FRESH);
      String state = job.state();
      while (!SubmittedJob.isEnd(state)) {
        TimeUnit.NANOSECONDS.sleep(LOOK_INTERVAL.toNanos());
        state = job.state();
      }
      if (!state.equals(SubmittedJob.FINISHED)) {
        throw new IllegalStateException("the job is " + state + ": " + job.failure());
      }
      Properties accumulators = new Properties();
      accumulators.putAll(job.accumulators());
      try (var out = Files.newBufferedWriter(directory.resolve(ACCUMULATORS))) {
        accumulators.store(out, null);
      }
    }
  }

  /** What a run left in its directory, by name. */
  static Map<String, Long> figures(Path directory) throws IOException {
    Properties figures = new Properties();
    for (String file : List.of(CLOCK, ACCUMULATORS)) {
      try (var in = Files.newBufferedReader(directory.resolve(file))) {
        figures.load(in);
      }
    }
    return figures.stringPropertyNames().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                name -> name, name -> Long.parseLong(figures.getProperty(name))));
  }
}
