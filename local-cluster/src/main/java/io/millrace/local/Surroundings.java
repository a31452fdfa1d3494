package io.millrace.local;

import io.millrace.local.host.StopSignal;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where the command runs.
 *
 * @param jobsJar the jar with the jobs
 * @param base the directory under which runs have theirs
 * @param terminal whether a person watches the output as it comes
 * @param stop makes the signal that ends a run before its time
 */
record Surroundings(Path jobsJar, Path base, boolean terminal, Supplier<StopSignal> stop) {
  /** System property with the path of the jobs jar. */
  static final String JOBS_JAR = "millrace.jobs.jar";

  /** System property that is true where standard output is a terminal. */
  static final String TERMINAL = "millrace.terminal";

  /** Those of this process, as {@code local-cluster/run} starts it. */
  static Surroundings ofProcess() {
    return new Surroundings(
        Path.of(System.getProperty(JOBS_JAR, "jobs/target/millrace-jobs.jar")),
        base(System.getenv(), System.getProperty("user.name", "nobody")),
        Boolean.getBoolean(TERMINAL),
        StopSignal::ofProcess);
  }

  /** The base directory for a user with these environment variables. */
  static Path base(Map<String, String> environment, String user) {
    String home = environment.getOrDefault("MILLRACE_HOME", "");
    if (!home.isEmpty()) {
      return Path.of(home).toAbsolutePath();
    }
    String temporary = environment.getOrDefault("TMPDIR", "");
    return Path.of(temporary.isEmpty() ? "/tmp" : temporary, "millrace-" + user).toAbsolutePath();
  }
}
