package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.TableConfig;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * A query in Flink SQL that a job is measured against. It is set up as Flink's guide to tuning
 * says: two-phase aggregation, mini-batches, object reuse. Its tables declare no columns beyond
 * those that it needs, so that it parses no more.
 */
final class SqlPeer {
  private static final String SOURCE =
      """
      CREATE TEMPORARY TABLE %s (
        `at` BIGINT,
        %s,
        event_time AS TO_TIMESTAMP_LTZ(`at`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '%d' SECOND
      ) WITH (
        'connector' = 'kafka',
        'topic' = '%s',
        'properties.bootstrap.servers' = '%s',
        'properties.group.id' = 'flink-sql',
        'properties.isolation.level' = 'read_committed',
        'scan.startup.mode' = 'earliest-offset',
        'scan.bounded.mode' = 'latest-offset',
        'format' = 'json'
      )""";

  private static final String SINK =
      """
      CREATE TEMPORARY TABLE %s (
        %s
      ) WITH (
        'connector' = 'kafka',
        'topic' = '%s',
        'properties.bootstrap.servers' = '%s',
        'properties.compression.type' = 'lz4',
        'properties.transaction.timeout.ms' = '900000',
        'sink.delivery-guarantee' = 'exactly-once',
        'sink.transactional-id-prefix' = 'flink-sql',
        'format' = 'json'
      )""";

  private final JobConfig config;
  private final StreamExecutionEnvironment env;
  private final StreamTableEnvironment tables;

  private SqlPeer(JobConfig config, StreamExecutionEnvironment env, StreamTableEnvironment tables) {
    this.config = config;
    this.env = env;
    this.tables = tables;
  }

  /** Reads the options, and makes the topics where it may. */
  static SqlPeer open(String[] args, JobDescription job) {
    JobConfig config = JobConfig.parse(args, job);
    KafkaTopics.prepare(config.configuration(), job.topics());
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    tune(tables.getConfig());
    return new SqlPeer(config, env, tables);
  }

  static void tune(TableConfig config) {
    config.set("table.local-time-zone", "UTC");
    config.set("table.exec.mini-batch.enabled", "true");
    config.set("table.exec.mini-batch.allow-latency", "2 s");
    config.set("table.exec.mini-batch.size", "5000");
    config.set("table.optimizer.agg-phase-strategy", "TWO_PHASE");
  }

  JobConfig config() {
    return config;
  }

  StreamExecutionEnvironment env() {
    return env;
  }

  StreamTableEnvironment tables() {
    return tables;
  }

  /**
   * Declares a topic that is read to the end that it has now.
   *
   * @param columns those beside {@code at}, the event time in milliseconds, as SQL declares them
   */
  void source(String table, String topic, String columns) {
    tables.executeSql(
        SOURCE.formatted(
            table,
            columns,
            config.get(KafkaOptions.MAX_OUT_OF_ORDERNESS).toSeconds(),
            topic,
            config.get(KafkaOptions.BOOTSTRAP)));
  }

  /** Declares a topic that is written exactly once. */
  void sink(String table, String topic, String columns) {
    tables.executeSql(SINK.formatted(table, columns, topic, config.get(KafkaOptions.BOOTSTRAP)));
  }

  /** Runs an {@code INSERT}. */
  void run(String insert) throws Exception {
    StreamStatementSet statements = tables.createStatementSet();
    statements.addInsertSql(insert);
    statements.attachAsDataStream();
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }
}
