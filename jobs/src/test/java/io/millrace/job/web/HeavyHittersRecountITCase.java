package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.fault.RankingOracle;
import io.millrace.local.store.LocalRedis;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.LineReader;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.web.RequestServed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.Tuple;

/** A whole access log, counted by the job and counted again by the oracle. */
class HeavyHittersRecountITCase {
  private static final long MINUTE = 60_000;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static LocalRedis redis;

  @BeforeAll
  static void startServers() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    redis = LocalRedis.start(directory.resolve("redis"));
  }

  @AfterAll
  static void stopServers() throws Exception {
    redis.close();
    broker.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1, rocksdb, 1, path", "2, rocksdb, 1, path", "1, hashmap, 1, path", "2, hashmap, 1, path",
    "1, rocksdb, 5, path", "2, rocksdb, 5, path", "1, hashmap, 5, path", "2, hashmap, 5, path",
    "2, rocksdb, 5, 'client,status'"
  })
  void realLog_equalsTheRecount(int parallelism, String state, int windowMinutes, String dimensions)
      throws Exception {
    Optional<Path> log = AccessLog.real();
    assumeTrue(log.isPresent(), "the real log is not beside the repository");
    check(
        "real", AccessLog.read(log.get()), parallelism, state, windowMinutes, dimensions, "count");
  }

  @ParameterizedTest
  @CsvSource({
    "1, rocksdb, 1, path, count",
    "2, hashmap, 5, path, bytes",
    "2, rocksdb, 5, 'client,status', bytes"
  })
  void generatedLog_equalsTheRecount(
      int parallelism, String state, int windowMinutes, String dimensions, String weight)
      throws Exception {
    List<String> log = AccessLog.generated();
    check("generated", log, parallelism, state, windowMinutes, dimensions, weight);
  }

  private static void check(
      String name,
      List<String> log,
      int parallelism,
      String state,
      int windowMinutes,
      String dimensions,
      String weight)
      throws Exception {
    String prefix =
        String.join(
            "-",
            name,
            "p" + parallelism,
            state,
            "w" + windowMinutes,
            dimensions.replace(',', '-'),
            "");
    RankingOracle oracle = new RankingOracle(windowMinutes * MINUTE, MINUTE, 10);
    List<String> invalid = new ArrayList<>();
    for (String line : log) {
      AccessLog.parse(line)
          .ifPresentOrElse(
              request -> count(oracle, request, dimensions, weight), () -> invalid.add(line));
    }
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--redis",
              redis.address(),
              "--topic-prefix",
              prefix,
              "--create-topics",
              "true",
              "--bounded",
              "true",
              "--dimension",
              dimensions,
              "--weight",
              weight,
              "--window",
              windowMinutes + "m",
              "--slide",
              "1m",
              "--k",
              "10",
              "--max-out-of-orderness",
              "1m"
            },
            HeavyHittersJob.JOB);
    KafkaTopics.prepare(config.configuration(), HeavyHittersJob.JOB.topics());
    JobRuns.produce(broker.bootstrap(), records(prefix + "web.requests", log));
    try (Jedis jedis = new Jedis("redis://" + redis.address())) {
      jedis.flushAll();
    }

    TestEndpoints endpoints = new TestEndpoints(config, Integer.MAX_VALUE);
    JobRuns.run(config, endpoints, HeavyHittersJob::build, parallelism, state);

    List<JsonNode> rankings = read(prefix + "heavy-hitters.rankings");
    assertThat(RankingOracle.published(rankings)).isEqualTo(oracle.expected());
    assertThat(read(prefix + "heavy-hitters.late")).isEmpty();
    assertThat(read(prefix + "web.requests.dlq"))
        .extracting(letter -> text(letter.get("value").textValue()))
        .isEqualTo(invalid);
    assertThat(invalid).hasSize(1);
    for (String dimension : dimensions.split(",", -1)) {
      assertRedisHoldsTheLatest(dimension, rankings);
    }
  }

  private static void count(
      RankingOracle oracle, AccessLog.Request request, String dimensions, String weight) {
    long units = weight.equals("bytes") ? request.bytes() : 1;
    for (String dimension : dimensions.split(",", -1)) {
      String item =
          switch (dimension) {
            case "path" -> request.path();
            case "client" -> request.client();
            default -> request.status();
          };
      oracle.add(dimension, request.at(), item, units);
    }
  }

  private static List<ProducerRecord<byte[], byte[]>> records(String topic, List<String> log) {
    LineReader<RequestServed> reader = Topics.WEB_REQUESTS.lines().orElseThrow();
    JsonCodec<RequestServed> codec = Topics.WEB_REQUESTS.codec();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String line : log) {
      try {
        RequestServed request = reader.read(line);
        byte[] key = request.client().getBytes(StandardCharsets.UTF_8);
        records.add(new ProducerRecord<>(topic, key, codec.encode(request)));
      } catch (RejectedException e) {
        records.add(new ProducerRecord<>(topic, line.getBytes(StandardCharsets.UTF_8)));
      }
    }
    return records;
  }

  private static void assertRedisHoldsTheLatest(String dimension, List<JsonNode> rankings) {
    JsonNode latest =
        rankings.stream()
            .filter(ranking -> ranking.get("dimension").textValue().equals(dimension))
            .max(
                (a, b) ->
                    Long.compare(a.get("windowEnd").longValue(), b.get("windowEnd").longValue()))
            .orElseThrow();
    List<Tuple> expected = new ArrayList<>();
    for (JsonNode item : latest.get("items")) {
      expected.add(new Tuple(item.get("item").textValue(), item.get("count").doubleValue()));
    }
    try (Jedis jedis = new Jedis("redis://" + redis.address())) {
      assertThat(jedis.zrangeWithScores("topk:" + dimension, 0, -1))
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(jedis.hgetAll("topk:" + dimension + ":window"))
          .containsEntry("windowEnd", latest.get("windowEnd").asText())
          .containsEntry("windowStart", latest.get("windowStart").asText())
          .containsEntry("total", latest.get("total").asText());
    }
  }

  private static List<JsonNode> read(String topic) throws Exception {
    return TopicReader.committed(broker.bootstrap(), topic);
  }

  private static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}
