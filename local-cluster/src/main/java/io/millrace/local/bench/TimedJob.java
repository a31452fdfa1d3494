package io.millrace.local.bench;

import io.millrace.local.flink.FlinkPlugins;
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
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * Runs a job on Flink under a {@link RunClock}, each time on a Flink of its own. This is the {@code
 * main} of the variant's JVM.
 */
public final class TimedJob {
  /** Time between two checkpoints of those that compute. */
  static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  /**
   * System property with the directory of Flink's plugins, and what begins those of their settings.
   */
  private static final String PLUGINS = "millrace.bench.plugins";

  private static final String PLUGIN_SETTING = PLUGINS + ".";

  private final Path jobsJar;
  private final String mainClass;
  private final Setup setup;
  private final List<String> arguments;

  /**
   * The Flink of a timed run.
   *
   * @param parallelism number of slots
   * @param backend where jobs keep their state
   * @param managedMebibytes memory of RocksDB, of all slots together
   * @param checkpointInterval time between two checkpoints
   */
  record Setup(
      int parallelism, StateBackend backend, int managedMebibytes, Duration checkpointInterval) {
    /** For people, without the backend. */
    String description() {
      return String.format(
          Locale.ROOT,
          "parallelism %d, checkpoint %d ms, %d MiB of managed memory",
          parallelism,
          checkpointInterval.toMillis(),
          managedMebibytes);
    }
  }

  /**
   * A job.
   *
   * @param mainClass the class of the jobs jar that is run
   * @param arguments what it is told
   */
  TimedJob(Path jobsJar, String mainClass, Setup setup, List<String> arguments) {
    this.jobsJar = jobsJar;
    this.mainClass = mainClass;
    this.setup = setup;
    this.arguments = arguments;
  }

  /** The JVM that runs the job whenever it is asked to. */
  JvmProgram program(String name) {
    return program(name, List.of());
  }

  /**
   * The same for a job that needs more.
   *
   * @param directories with jars of which no others have the use
   */
  JvmProgram program(String name, List<Path> directories) {
    return program(name, directories, FlinkPlugins.NONE);
  }

  /** The same for a job that needs plugins of Flink. */
  JvmProgram program(String name, FlinkPlugins plugins) {
    return program(name, List.of(), plugins);
  }

  private JvmProgram program(String name, List<Path> directories, FlinkPlugins plugins) {
    List<String> options = new ArrayList<>(RunLoop.JVM_OPTIONS);
    if (plugins.directory() != null) {
      options.add("-D" + PLUGINS + "=" + plugins.directory());
      plugins
          .settings()
          .forEach((key, value) -> options.add("-D" + PLUGIN_SETTING + key + "=" + value));
    }
    List<String> classPath = new ArrayList<>(ClassPath.current().entries());
    directories.forEach(directory -> classPath.add(directory.resolve("*").toString()));
    classPath.add(jobsJar.toString());
    List<String> all =
        new ArrayList<>(
            List.of(
                jobsJar.toString(),
                mainClass,
                String.valueOf(setup.parallelism()),
                setup.backend().name(),
                String.valueOf(setup.managedMebibytes()),
                String.valueOf(setup.checkpointInterval().toMillis())));
    all.addAll(arguments);
    return JvmProgram.of(name, TimedJob.class.getName(), new ClassPath(classPath), options, all);
  }

  /** Loads plugins once, so that their classes stay compiled from run to run. */
  private static void loadPlugins() throws IOException {
    String directory = System.getProperty(PLUGINS);
    if (directory != null) {
      Map<String, String> settings = new TreeMap<>();
      for (String property : System.getProperties().stringPropertyNames()) {
        if (property.startsWith(PLUGIN_SETTING)) {
          settings.put(
              property.substring(PLUGIN_SETTING.length()), System.getProperty(property, ""));
        }
      }
      new FlinkPlugins(Path.of(directory), settings).load(Configuration.fromMap(settings));
    }
  }

  /**
   * Runs a job whenever it is asked to.
   *
   * @param args the jobs jar, the class that is run, what {@link Setup} has, and the job's own
   *     arguments
   */
  public static void main(String[] args) throws IOException {
    Setup setup =
        new Setup(
            Integer.parseInt(args[2]),
            StateBackend.valueOf(args[3]),
            Integer.parseInt(args[4]),
            Duration.ofMillis(Long.parseLong(args[5])));
    List<String> own = List.of(args).subList(6, args.length);
    loadPlugins();
    RunLoop.serve(new TimedJob(Path.of(args[0]), args[1], setup, own)::run);
  }

  /** Starts a Flink for one run, whose times are written into its directory when it stops. */
  static LocalFlink start(Setup setup, Path directory) throws IOException, InterruptedException {
    FlinkSettings settings =
        new FlinkSettings(setup.parallelism(), setup.backend(), setup.checkpointInterval(), 0);
    Configuration more = RunClock.configuration(directory.resolve(RunTimes.FILE));
    more.set(
        TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(setup.managedMebibytes()));
    // The jar is on the class path too. Its classes are loaded once, and stay compiled.
    more.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    return LocalFlink.start(directory.resolve("flink"), settings, more);
  }

  /** Runs the job to its end; what it counted are its accumulators. */
  private Map<String, String> run(Path directory) throws Exception {
    try (LocalFlink flink = start(setup, directory)) {
      SubmittedJob job = flink.submit(jobsJar, mainClass, arguments, Submission.Start.FRESH);
      String state = job.state();
      while (!SubmittedJob.isEnd(state)) {
        TimeUnit.NANOSECONDS.sleep(LOOK_INTERVAL.toNanos());
        state = job.state();
      }
      if (!state.equals(SubmittedJob.FINISHED)) {
        throw new IllegalStateException("the job is " + state + ": " + job.failure());
      }
      String failure = job.failure();
      if (!failure.isEmpty()) {
        throw new IllegalStateException(
            "the job finished, but was restarted, so its time says nothing: " + failure);
      }
      return job.accumulators();
    }
  }
}
