package io.millrace.local.flink;

import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.ClientUtils;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.PipelineOptionsInternal;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.DefaultExecutorServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Submits jobs to a cluster over REST. */
public final class Submission {
  private static final Logger LOG = LoggerFactory.getLogger(Submission.class);

  /**
   * How a job starts.
   *
   * @param parallelism its parallelism; 0 takes the cluster's default
   * @param savepoint where the savepoint is that it goes on from; null starts it without state
   */
  public record Start(int parallelism, @Nullable String savepoint) {
    /** Without state, with the cluster's parallelism. */
    public static final Start FRESH = new Start(0, null);
  }

  private final Configuration cluster;
  private final FlinkRest rest;

  /**
   * A client of a cluster.
   *
   * @param cluster the cluster's configuration, with the address of its REST interface
   */
  public Submission(Configuration cluster, FlinkRest rest) {
    this.cluster = cluster;
    this.rest = rest;
  }

  /** See {@link FlinkCluster#submit}. */
  public SubmittedJob submit(Path jar, String mainClass, List<String> arguments, Start start)
      throws ProgramInvocationException {
    JobID id = new JobID();
    Configuration client = new Configuration(cluster);
    client.set(DeploymentOptions.TARGET, "remote");
    client.set(DeploymentOptions.ATTACHED, false);
    client.set(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID, id.toHexString());
    if (start.parallelism() > 0) {
      client.set(CoreOptions.DEFAULT_PARALLELISM, start.parallelism());
    }
    if (start.savepoint() != null) {
      client.set(StateRecoveryOptions.SAVEPOINT_PATH, start.savepoint());
    }
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
}
