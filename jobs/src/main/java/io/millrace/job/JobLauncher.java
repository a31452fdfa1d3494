package io.millrace.job;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.schema.Topic;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What every job's {@code main} does. */
public final class JobLauncher {
  private JobLauncher() {}

  /** Builds a job's graph. */
  @FunctionalInterface
  public interface Graph {
    /** Adds the job's operators to the environment. */
    void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints);
  }

  /**
   * Runs a job with the options given, or prints them if {@code --help} is among them.
   *
   * @throws ProgramParametrizationException where an option can't be accepted, or the job can't go
   *     on from the savepoint given
   * @throws Exception where the cluster refuses or fails the job
   */
  public static void launch(JobDescription job, String[] args, Graph graph) throws Exception {
    launch(job, args, config -> job.inputs(), graph);
  }

  /**
   * Runs a job whose options say which topics it reads.
   *
   * @param inputs those topics; throws an {@link IllegalArgumentException} where options name none
   * @throws ProgramParametrizationException where an option can't be accepted, or the job can't go
   *     on from the savepoint given
   * @throws Exception where the cluster refuses or fails the job
   */
  @SuppressWarnings("SystemOut") // The help text is for whoever typed --help.
  public static void launch(
      JobDescription job, String[] args, Function<JobConfig, List<Topic<?>>> inputs, Graph graph)
      throws Exception {
    if (JobConfig.asksForHelp(args)) {
      System.out.print(job.helpText());
      return;
    }
    JobConfig config = JobConfig.parse(args, job);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    JobEnvironment.requireCheckpoints(env);
    try {
      KafkaOptions.requireTransactionTimeout(config.configuration(), env.getCheckpointConfig());
      KafkaTopics.prepare(
          config.configuration(),
          Stream.concat(inputs.apply(config).stream(), job.outputs().stream()).toList());
      KafkaEndpoints endpoints = new KafkaEndpoints(config);
      graph.build(env, config, endpoints);
      endpoints.prepareTables();
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
    SavepointCheck.requireKnownUids(env);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  private static ProgramParametrizationException refused(IllegalArgumentException cause) {
    ProgramParametrizationException refused =
        new ProgramParametrizationException(String.valueOf(cause.getMessage()));
    refused.initCause(cause);
    return refused;
  }
}
