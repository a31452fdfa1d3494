package io.millrace.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Runs a job to its end on the test's Flink and Kafka. */
public final class JobRuns {
  private JobRuns() {}

  /** Writes records, and returns when all are acknowledged. */
  public static void produce(String bootstrap, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "max.request.size", 4 << 20),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      records.forEach(record -> sent.add(producer.send(record)));
      producer.flush();
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    }
  }

  /**
   * Runs a job until it finishes.
   *
   * @param state rocksdb or hashmap
   */
  public static JobExecutionResult run(
      JobConfig config, Endpoints endpoints, JobLauncher.Graph graph, int parallelism, String state)
      throws Exception {
    StreamExecutionEnvironment env =
        environment(config, parallelism, Map.of("state.backend.type", state));
    graph.build(env, config, endpoints);
    return env.execute(config.job().name());
  }

  /**
   * Starts a job, as {@code main} would, and returns at once.
   *
   * @param flink Flink's settings for this run, by their keys
   */
  public static JobClient start(
      JobConfig config, JobLauncher.Graph graph, int parallelism, Map<String, String> flink)
      throws Exception {
    StreamExecutionEnvironment env = environment(config, parallelism, flink);
    graph.build(env, config, new KafkaEndpoints(config));
    return env.executeAsync(config.job().name());
  }

  /**
   * The environment of a run: a checkpoint every 200 ms, and RocksDB unless it is told otherwise.
   *
   * @param flink Flink's settings for this run, by their keys
   */
  public static StreamExecutionEnvironment environment(
      JobConfig config, int parallelism, Map<String, String> flink) {
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    env.setParallelism(parallelism);
    env.enableCheckpointing(200);
    Configuration settings = new Configuration();
    settings.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    settings.addAll(Configuration.fromMap(flink));
    env.configure(settings);
    return env;
  }
}
