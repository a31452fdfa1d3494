package io.millrace.job;

import io.millrace.local.broker.LocalBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A job that goes on at another parallelism, from savepoint to savepoint. */
public abstract class RescaleRun {
  /** How long anything may take to come. */
  protected static final Duration LIMIT = Duration.ofMinutes(3);

  /** Prefix of all topics. */
  protected static final String PREFIX = "rescale.";

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  @TempDir private Path directory;

  /** Starts Kafka. */
  protected final LocalBroker broker() throws Exception {
    return LocalBroker.start(directory.resolve("kafka"));
  }

  /**
   * Starts a job.
   *
   * @param savepoint where it goes on; empty for the start
   */
  protected static JobClient start(
      JobConfig config, JobLauncher.Graph graph, int parallelism, String savepoint)
      throws Exception {
    return JobRuns.start(
        config,
        graph,
        parallelism,
        savepoint.isEmpty() ? Map.of() : Map.of("execution.state-recovery.path", savepoint));
  }

  /** Stops a job; returns the savepoint where it can go on. */
  protected final String stop(JobClient job) throws Exception {
    return job.stopWithSavepoint(false, savepoints(), SavepointFormatType.NATIVE).get();
  }

  /** The directory of savepoints. */
  protected final String savepoints() {
    return directory.resolve("savepoints").toUri().toString();
  }
}
