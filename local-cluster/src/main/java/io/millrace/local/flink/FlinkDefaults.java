package io.millrace.local.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;

/** Flink's configuration on one machine, for one JVM and for several processes alike. */
public final class FlinkDefaults {
  /** The only address that anything listens on. */
  public static final String LOOPBACK = "127.0.0.1";

  private FlinkDefaults() {}

  /**
   * The configuration of a cluster that keeps its checkpoints, savepoints and files in {@code
   * directory}, where they are created.
   */
  public static Configuration of(Path directory, FlinkSettings settings) throws IOException {
    Path temporary = Files.createDirectories(directory.resolve("tmp"));
    Path checkpoints = Files.createDirectories(directory.resolve("checkpoints"));
    Path savepoints = Files.createDirectories(directory.resolve("savepoints"));
    Configuration flink = new Configuration();

    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, settings.checkpointInterval());
    flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    flink.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, savepoints.toUri().toString());
    flink.set(StateBackendOptions.STATE_BACKEND, settings.stateBackend().code());
    flink.set(
        CheckpointingOptions.INCREMENTAL_CHECKPOINTS,
        settings.stateBackend() == StateBackend.ROCKSDB);
    flink.set(CoreOptions.DEFAULT_PARALLELISM, settings.parallelism());
    flink.set(PipelineOptions.MAX_PARALLELISM, FlinkSettings.MAX_PARALLELISM);

    // A job that fails again and again must end the run; one that fails now and then must not.
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "failure-rate");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL, 3);
    flink.set(
        RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL,
        Duration.ofMinutes(5));
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_DELAY, Duration.ofMillis(500));

    // Everything on loopback, and nothing that a page in the user's browser could start or read.
    flink.set(RestOptions.ADDRESS, LOOPBACK);
    flink.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    flink.set(RestOptions.BIND_PORT, String.valueOf(settings.port()));
    flink.set(RestOptions.PORT, settings.port());
    flink.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    flink.set(TaskManagerOptions.HOST, LOOPBACK);
    flink.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    flink.set(WebOptions.SUBMIT_ENABLE, false);
    flink.set(WebOptions.CANCEL_ENABLE, false);
    flink.set(WebOptions.RESCALE_ENABLE, false);
    flink.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://" + LOOPBACK);

    flink.set(CoreOptions.TMP_DIRS, temporary.toString());
    flink.set(WebOptions.TMP_DIR, temporary.toString());

    // RocksDB's caches and the network buffers lie outside the heap.
    flink.set(
        TaskManagerOptions.MANAGED_MEMORY_SIZE,
        MemorySize.ofMebiBytes(Math.max(128L, 64L * settings.parallelism())));
    MemorySize network = MemorySize.ofMebiBytes(Math.max(64L, 16L * settings.parallelism()));
    flink.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
    flink.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);

    // Progress is shown every second; a busy machine must not look like a dead one.
    flink.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofMillis(500));
    flink.set(RpcOptions.ASK_TIMEOUT_DURATION, Duration.ofSeconds(60));

    // Clients in jobs may end a moment after their job does.
    flink.set(CoreOptions.CHECK_LEAKED_CLASSLOADER, false);
    return flink;
  }
}
