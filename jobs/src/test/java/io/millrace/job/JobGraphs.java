package io.millrace.job;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** Graphs of jobs as {@code main} builds them, without a server. */
public final class JobGraphs {
  private JobGraphs() {}

  /**
   * Builds a job's graph.
   *
   * @param more options beside the addresses of its servers
   * @throws Exception what the job throws
   */
  static StreamGraph of(JobDescription job, List<String> more) throws Exception {
    List<String> options = new ArrayList<>(List.of("--bootstrap", "127.0.0.1:9"));
    for (String store : job.stores()) {
      String database = store.equals(StoreAccess.POSTGRES) ? "/books" : "";
      options.addAll(List.of("--" + store, "127.0.0.1:9" + database));
    }
    if (job.ownOptions().stream().anyMatch(option -> option.key().equals("location"))) {
      options.addAll(List.of("--location", "file:/nowhere"));
    }
    options.addAll(more);
    JobConfig config = JobConfig.parse(options.toArray(String[]::new), job);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    env.enableCheckpointing(1000);
    return built(env, config);
  }

  /**
   * Builds the graph of the job that the options are for.
   *
   * @throws Exception what the job throws
   */
  public static StreamGraph built(StreamExecutionEnvironment env, JobConfig config)
      throws Exception {
    build(env, config, new KafkaEndpoints(config));
    return env.getStreamGraph();
  }

  private static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints)
      throws Exception {
    Method build =
        config
            .job()
            .mainClass()
            .getDeclaredMethod(
                "build", StreamExecutionEnvironment.class, JobConfig.class, Endpoints.class);
    build.setAccessible(true);
    try {
      build.invoke(null, env, config, endpoints);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
