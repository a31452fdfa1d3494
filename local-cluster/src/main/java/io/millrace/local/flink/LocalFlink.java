package io.millrace.local.flink;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink cluster in this JVM, on loopback only: a JobManager with REST and the web UI, and one
 * TaskManager.
 */
public final class LocalFlink implements FlinkCluster {
  private static final Logger LOG = LoggerFactory.getLogger(LocalFlink.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
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
    return start(directory, settings, new Configuration(), FlinkPlugins.NONE);
  }

  /**
   * Starts a cluster as {@link #start(Path, FlinkSettings)} does.
   *
   * @param more what Flink is told beside
   * @throws IOException where the directory is not writable or the cluster does not come up
   */
  public static LocalFlink start(Path directory, FlinkSettings settings, Configuration more)
      throws IOException, InterruptedException {
    return start(directory, settings, more, FlinkPlugins.NONE);
  }

  /**
   * Starts a cluster as {@link #start(Path, FlinkSettings)} does.
   *
   * @param plugins its plugins, which the JVM keeps
   * @throws IOException where the directory is not writable or the cluster does not come up
   */
  public static LocalFlink start(Path directory, FlinkSettings settings, FlinkPlugins plugins)
      throws IOException, InterruptedException {
    return start(directory, settings, new Configuration(), plugins);
  }

  private static LocalFlink start(
      Path directory, FlinkSettings settings, Configuration more, FlinkPlugins plugins)
      throws IOException, InterruptedException {
    Configuration configuration = FlinkDefaults.of(directory, settings);
    configuration.addAll(more);
    configuration.addAll(Configuration.fromMap(plugins.settings()));
    plugins.load(configuration);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(settings.parallelism())
                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                .setCommonBindAddress(FlinkDefaults.LOOPBACK)
                .build());
    try {
      cluster.start();
      URI address = cluster.getRestAddress().get();
      configuration.set(RestOptions.ADDRESS, address.getHost());
      configuration.set(RestOptions.PORT, address.getPort());
      FlinkRest rest = new FlinkRest(List.of(address));
      rest.awaitSlots(settings.parallelism(), START_LIMIT);
      return new LocalFlink(cluster, configuration, rest);
    } catch (InterruptedException e) {
      stop(cluster);
      throw e;
    } catch (Exception e) {
      stop(cluster);
      throw new IOException("Flink did not start: " + e.getMessage(), e);
    }
  }

  @Override
  public URI address() {
    return rest.address();
  }

  @Override
  public SubmittedJob submit(
      Path jar, String mainClass, List<String> arguments, Submission.Start start)
      throws ProgramInvocationException {
    return new Submission(configuration, rest).submit(jar, mainClass, arguments, start);
  }

  /** Stops the cluster and every job on it. */
  @Override
  public void close() {
    stop(cluster);
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
}
