package io.millrace.job.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.store.LocalPostgres;
import io.millrace.local.store.LocalRedis;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** What sinks and loops write is read back, and nothing that is wrong goes unnoticed. */
class SinkJobITCase {
  private static final int ROWS = 20_000;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir private static Path directory;
  private static LocalRedis redis;
  private static LocalPostgres postgres;
  private static LocalBroker broker;

  @BeforeAll
  static void startServers() throws IOException {
    redis = LocalRedis.start(directory.resolve("redis"));
    postgres = LocalPostgres.start(directory.resolve("postgres"));
    broker = LocalBroker.start(directory.resolve("kafka"));
  }

  @AfterAll
  static void stopServers() {
    redis.close();
    postgres.close();
    broker.close();
  }

  @ParameterizedTest
  @CsvSource({
    "redis-string, sink",
    "redis-string, loop",
    "redis-sorted-set, sink",
    "redis-sorted-set, loop",
    "postgres, sink",
    "postgres, loop"
  })
  void rows_writtenByEach_areReadBack(String sink, String writer) throws Exception {
    JobConfig config = stores(sink, writer);
    try (PlainStore store = config.get(SinkJob.SINK).open(config.configuration())) {
      store.clear();
    }

    JobExecutionResult result = run(config);

    assertThat(result.<Long>getAccumulatorResult(Discard.RECORDS)).isEqualTo(ROWS);
    assertThat(result.<Long>getAccumulatorResult(Discard.CHECKSUM)).isEqualTo(checksum());
    assertThat(result.<Long>getAccumulatorResult(ReadBack.MISSING)).isZero();
    assertThat(result.<Long>getAccumulatorResult(ReadBack.EXTRA)).isZero();
    assertThat(result.<Long>getAccumulatorResult(ReadBack.REFUSED)).isZero();
  }

  @Test
  void rows_oneNewerAndOneMoreInTheStore_areNoticed() throws Exception {
    try (Jedis client = new Jedis(HostAndPort.from(redis.address()))) {
      client.flushAll();
      client.set("play-5", "another");
      client.set("play-5:version", String.valueOf(1L << 50));
      client.set("something", "else");
    }

    JobExecutionResult result = run(stores("redis-string", "sink"));

    assertThat(result.<Long>getAccumulatorResult(Discard.RECORDS)).isEqualTo(ROWS - 1);
    assertThat(result.<Long>getAccumulatorResult(ReadBack.MISSING)).isEqualTo(1);
    assertThat(result.<Long>getAccumulatorResult(ReadBack.EXTRA)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "sink, exactly-once",
    "loop, exactly-once",
    "pass-through, exactly-once",
    "pass-through, at-least-once"
  })
  void topic_writtenByEach_hasEveryRowOnce(String writer, String guarantee) throws Exception {
    String prefix = writer + "-" + guarantee + ".";
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--bounded",
              "true",
              "--start-from",
              "earliest",
              "--create-topics",
              "true",
              "--topic-prefix",
              prefix,
              "--guarantee",
              guarantee,
              "--writer",
              writer,
              "--rows",
              String.valueOf(ROWS)
            },
            TopicSinkJob.JOB);
    List<ProducerRecord<byte[], byte[]>> plays = new ArrayList<>();
    for (int number = 0; number < ROWS; number++) {
      plays.add(
          new ProducerRecord<>(
              prefix + Topics.LISTENING_PLAYS.name(),
              Topics.LISTENING_PLAYS.codec().encode(SinkRows.row(number))));
    }
    KafkaTopics.prepare(config.configuration(), TopicSinkJob.JOB.topics());
    JobRuns.produce(broker.bootstrap(), plays);
    StreamExecutionEnvironment env = JobRuns.environment(config, 1, Map.of());
    TopicSinkJob.build(env, config);

    env.execute(config.job().name());

    SinkRows found = new SinkRows(ROWS);
    for (JsonNode row :
        TopicReader.committed(broker.bootstrap(), prefix + TopicSinkJob.OUTPUT.name())) {
      found.found(Topics.LISTENING_PLAYS.codec().decode(row.toString().getBytes(UTF_8)));
    }
    assertThat(found.missing()).isZero();
    assertThat(found.extra()).isZero();
  }

  private static JobConfig stores(String sink, String writer) {
    String address =
        String.format(
            "postgresql://%s:@%s/%s", postgres.user(), postgres.address(), postgres.database());
    return JobConfig.parse(
        new String[] {
          "--sink", sink,
          "--writer", writer,
          "--rows", String.valueOf(ROWS),
          "--redis", redis.address(),
          "--postgres", address
        },
        SinkJob.JOB);
  }

  private static JobExecutionResult run(JobConfig config) throws Exception {
    StreamExecutionEnvironment env = JobRuns.environment(config, 1, Map.of());
    SinkJob.build(env, config);
    return env.execute(config.job().name());
  }

  private static long checksum() {
    SinkRows all = new SinkRows(ROWS);
    for (int number = 0; number < ROWS; number++) {
      all.found(SinkRows.row(number));
    }
    return all.checksum();
  }
}
