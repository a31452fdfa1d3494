package io.millrace.local.bench;

import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.flink.LocalFlink;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.ClassPath;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;

/**
 * Runs a variant on Flink under a {@link RunClock}, each time on a Flink of its own. This is the
 * {@code main} of the variant's JVM.
 */
public final class TimedJob {
  /** The Flink of every timed run. */
  static final FlinkSettings SETTINGS =
      new FlinkSettings(2, StateBackend.ROCKSDB, Duration.ofSeconds(1), 0);

  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  private final Path jobsJar;
  private final String bootstrap;
  private final Variant variant;
  private final String rows;

  private TimedJob(Path jobsJar, String bootstrap, Variant variant, String rows) {
    this.jobsJar = jobsJar;
    this.bootstrap = bootstrap;
    this.variant = variant;
    this.rows = rows;
  }

  /** The JVM that runs a variant. */
  static JvmProgram program(Path jobsJar, String bootstrap, Variant variant, Path rows) {
    List<String> classPath = new ArrayList<>(ClassPath.current().entries());
    classPath.add(jobsJar.toString());
    return JvmProgram.of(
        variant.code(),
        TimedJob.class.getName(),
        new ClassPath(classPath),
        RunLoop.JVM_OPTIONS,
        List.of(jobsJar.toString(), bootstrap, variant.code(), rows.toString()));
  }

  /**
   * Runs a variant whenever it is asked to.
   *
   * @param args the jobs jar, Kafka's bootstrap servers, the variant's code, and the file with
   *     parsed requests
   */
  public static void main(String[] args) throws IOException {
    Variant variant = Variant.ofCode(args[2]);
    RunLoop.serve(new TimedJob(Path.of(args[0]), args[1], variant, args[3])::run);
  }

  /** Runs the job to its end; what it counted are its accumulators. */
  private Map<String, String> run(Path directory) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of("--bootstrap", bootstrap, "--bounded", "true", "--start-from", "earliest"));
    arguments.addAll(variant.arguments(rows));
    Configuration more = RunClock.configuration(directory.resolve(RunTimes.FILE));
    // The jar is on the class path too. Its classes are loaded once, and stay compiled.
    more.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    try (LocalFlink flink = LocalFlink.start(directory.resolve("flink"), SETTINGS, more)) {
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
}
