package io.millrace.job;

import io.millrace.connector.kafka.KafkaOptions;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.CheckpointConfig;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ParameterTool;

/** The Flink environment that every job is built in. */
public final class JobEnvironment {
  /** What the key of an option ends with whose value is a password. */
  private static final String PASSWORD = "-password";

  /** Key groups of every job: the highest parallelism, fixed for the life of its state. */
  public static final int MAX_PARALLELISM = 128;

  private JobEnvironment() {}

  /**
   * The environment of the cluster or client that runs this, with the rules that make a bad graph
   * fail when it is built: no generic types, no generated uids. A job that fails for good keeps its
   * last checkpoint, unless the cluster is told to keep it in more cases.
   */
  public static StreamExecutionEnvironment create(JobConfig config) {
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    flink.set(PipelineOptions.MAX_PARALLELISM, MAX_PARALLELISM);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    CheckpointConfig checkpoints = env.getCheckpointConfig();
    if (checkpoints.getExternalizedCheckpointRetention()
        == ExternalizedCheckpointRetention.NO_EXTERNALIZED_CHECKPOINTS) {
      // Flink's default would delete the state that a failed job is to be started from again.
      checkpoints.setExternalizedCheckpointRetention(
          ExternalizedCheckpointRetention.DELETE_ON_CANCELLATION);
    }
    env.getConfig().setGlobalJobParameters(ParameterTool.fromMap(shown(config)));
    return env;
  }

  /**
   * Checks what only the cluster's configuration can give.
   *
   * @throws org.apache.flink.client.program.ProgramParametrizationException where checkpoints are
   *     off
   */
  static void requireCheckpoints(StreamExecutionEnvironment env) {
    if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
      throw JobConfig.invalid(
          "checkpoints are off, so nothing would ever be committed; add"
              + " -D execution.checkpointing.interval=10s to flink run, or set it in config.yaml");
    }
  }

  /**
   * The options that Flink's web page may show: Kafka's own, a store's address and a password are
   * secrets, or may hold some.
   */
  private static Map<String, String> shown(JobConfig config) {
    Map<String, String> options = new TreeMap<>(config.configuration().toMap());
    options
        .keySet()
        .removeIf(
            key ->
                key.startsWith(KafkaOptions.CLIENT_PREFIX)
                    || key.endsWith(PASSWORD)
                    || config.job().stores().contains(key));
    return options;
  }
}
