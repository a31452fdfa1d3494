package io.millrace.local.flink;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.ClientUtils;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.PipelineOptionsInternal;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.DefaultExecutorServiceLoader;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink cluster in this JVM, on loopback only: a JobManager with REST and the web UI, and one
 * TaskManager.
 *
 * <p>A jar is submitted to it the way {@code flink run} does: its {@code main} runs here, in a
 * class loader of its own, and the job goes to the cluster over REST together with the jar. So a
 * job needs nothing on our class path, and what works here works on a real cluster.
 */
public final class LocalFlink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalFlink.class);
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration START_POLL = Duration.ofMillis(50);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

  private final MiniCluster cluster;
  private final Configuration configuration;
  private final FlinkRest rest;

  private LocalFlink(MiniCluster cluster, Configuration configuration, FlinkRest rest) {
    this.cluster = cluster;
    this.configuration = configuration;
    this.rest = rest;
  }

  /**
   * Starts a cluster that keeps its checkpoints and files in {@code directory}, which is created
   * where it is missing. Returns once it takes jobs.
   *
   * @throws IOException where the directory is not writable or the cluster does not come up
   */
  public static LocalFlink start(Path directory, FlinkSettings settings)
      throws IOException, InterruptedException {
    Configuration configuration = configuration(directory, settings);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(settings.parallelism())
                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                .setCommonBindAddress(LOOPBACK)
                .build());
    try {
      cluster.start();
      URI address = cluster.getRestAddress().get();
      configuration.set(RestOptions.ADDRESS, address.getHost());
      configuration.set(RestOptions.PORT, address.getPort());
      FlinkRest rest = new FlinkRest(address);
      awaitSlots(rest, settings.parallelism());
      return new LocalFlink(cluster, configuration, rest);
    } catch (InterruptedException e) {
      stop(cluster);
      throw e;
    } catch (Exception e) {
      stop(cluster);
      throw new IOException("Flink did not start: " + e.getMessage(), e);
    }
  }

  /** Address of the web UI and of REST, without a path. */
  public URI address() {
    return rest.address();
  }

  /**
   * Runs the {@code main} of a job and returns once the cluster has its job.
   *
   * @param jar the jar with the job and everything that it needs beside Flink
   * @param mainClass the class in it whose {@code main} is run
   * @param arguments what that {@code main} gets
   * @throws ProgramInvocationException where {@code main} fails; its own exception is among the
   *     causes
   * @throws org.apache.flink.client.program.ProgramParametrizationException where {@code main}
   *     refuses its arguments
   */
  public SubmittedJob submit(Path jar, String mainClass, List<String> arguments)
      throws ProgramInvocationException {
    JobID id = new JobID();
    Configuration client = new Configuration(configuration);
    client.set(DeploymentOptions.TARGET, "remote");
    client.set(DeploymentOptions.ATTACHED, false);
    client.set(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID, id.toHexString());
    try (PackagedProgram program =
        PackagedProgram.newBuilder()
            .setJarFile(jar.toFile())
            .setEntryPointClassName(mainClass)
            .setArguments(arguments.toArray(String[]::new))
            .setConfiguration(client)
            .build()) {
      client.set(
          PipelineOptions.JARS,
          program.getJobJarAndDependencies().stream().map(URL::toString).toList());
      ClientUtils.executeProgram(new DefaultExecutorServiceLoader(), client, program, true, true);
    }
    LOG.info("Submitted {} as job {}", mainClass, id);
    return new SubmittedJob(rest, id);
  }

  /** Stops the cluster and every job on it. */
  @Override
  public void close() {
    stop(cluster);
  }

  /** REST answers before there is a leader behind it, and that one before it has slots. */
  private static void awaitSlots(FlinkRest rest, int slots)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      String last;
      try {
        JsonNode overview = rest.get("/overview");
        if (overview.path("slots-available").asInt() >= slots) {
          return;
        }
        last = overview.toString();
      } catch (IOException notYet) {
        last = FailureCause.oneLine(notYet);
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("no slots in " + START_LIMIT.toSeconds() + " s: " + last);
      }
      Thread.sleep(START_POLL.toMillis());
    }
  }

  private static void stop(MiniCluster cluster) {
    try {
      cluster.closeAsync().get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Flink did not stop in good order", e);
    }
  }

  private static Configuration configuration(Path directory, FlinkSettings settings)
      throws IOException {
    Path temporary = Files.createDirectories(directory.resolve("tmp"));
    Path checkpoints = Files.createDirectories(directory.resolve("checkpoints"));
    Configuration flink = new Configuration();

    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, settings.checkpointInterval());
    flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
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
