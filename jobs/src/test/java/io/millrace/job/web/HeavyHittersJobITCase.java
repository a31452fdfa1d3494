package io.millrace.job.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.FailingOnce;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.fault.RankingOracle;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole job on a real broker, with bad input and with a failure in mid-stream. */
class HeavyHittersJobITCase {
  private static final int REQUESTS = 20_000;
  private static final long START = 1_700_000_000_000L;
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

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(directory);
  }

  @AfterAll
  static void stopBroker() throws Exception {
    broker.close();
  }

  @Test
  void failure_inMidStream_everyWindowOnceAndEqualToTheRecount() throws Exception {
    String[] options =
        options(
            "failure.",
            "--dimension",
            "path,client",
            "--window",
            "2m",
            "--slide",
            "1m",
            "--k",
            "7");
    JobConfig config = prepared(options);
    RankingOracle oracle = new RankingOracle(2 * MINUTE, MINUTE, 7);
    List<ProducerRecord<byte[], byte[]>> input = new ArrayList<>();
    for (RequestServed request : requests()) {
      oracle.add("path", request.at(), request.path(), 1);
      oracle.add("client", request.at(), request.client(), 1);
      byte[] json = Topics.WEB_REQUESTS.codec().encode(request);
      input.add(new ProducerRecord<>("failure.web.requests", json));
    }
    JobRuns.produce(broker.bootstrap(), input);

    FailingOnce.arm();
    JobRuns.run(config, new TestEndpoints(config, 3), HeavyHittersJob::build, 2, "rocksdb");

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    assertThat(RankingOracle.published(read("failure.heavy-hitters.rankings")))
        .isEqualTo(oracle.expected());
    assertThat(read("failure.heavy-hitters.late")).isEmpty();
    assertThat(read("failure.web.requests.dlq")).isEmpty();
    assertChangesFollow(read("failure.heavy-hitters.rankings"), "path");
    assertLiveIsTheLastRanking("failure.", "path");
    assertLiveIsTheLastRanking("failure.", "client");
  }

  /** Each ranking of a dimension says what is new and what left since the one before. */
  private static void assertChangesFollow(List<JsonNode> rankings, String dimension) {
    List<String> before = List.of();
    List<JsonNode> inOrder = of(rankings, dimension);
    assertThat(inOrder).hasSizeGreaterThan(3);
    for (JsonNode ranking : inOrder) {
      List<String> items = new ArrayList<>();
      for (JsonNode item : ranking.get("items")) {
        items.add(item.get("item").textValue());
        int previousRank = before.indexOf(item.get("item").textValue()) + 1;
        int rank = item.get("rank").intValue();
        String change =
            previousRank == 0
                ? "new"
                : previousRank == rank ? "same" : previousRank > rank ? "up" : "down";
        assertThat(item.get("change").textValue()).isEqualTo(change);
        assertThat(item.get("previousRank").asInt(0)).isEqualTo(previousRank);
      }
      List<String> left = new ArrayList<>(before);
      left.removeAll(items);
      assertThat(ranking.get("left")).extracting(JsonNode::textValue).isEqualTo(left);
      before = items;
    }
  }

  /** A reader of the live topic ends with the rows of the last snapshot: the last ranking. */
  private static void assertLiveIsTheLastRanking(String prefix, String dimension) throws Exception {
    List<JsonNode> rankings = of(read(prefix + "heavy-hitters.rankings"), dimension);
    JsonNode last = rankings.get(rankings.size() - 1);
    Map<String, JsonNode> rows = new HashMap<>();
    JsonNode heartbeat = null;
    for (JsonNode row : read(prefix + "heavy-hitters.live")) {
      boolean ofDimension = row.get("view").textValue().equals(dimension);
      if (ofDimension) {
        rows.merge(row.get("row").textValue(), row, HeavyHittersJobITCase::newer);
      } else if (row.get("view").textValue().equals("_heartbeat")
          && row.get("row").textValue().equals(dimension)) {
        heartbeat = heartbeat == null ? row : newer(heartbeat, row);
      }
    }
    JsonNode sign = requireNonNull(heartbeat, "the view has no heartbeat");
    JsonNode snapshotId = sign.get("snapshotId");
    rows.values().removeIf(row -> !row.get("snapshotId").equals(snapshotId));
    assertThat(sign.get("data").get("rows").intValue()).isEqualTo(rows.size());
    assertThat(rows).hasSize(last.get("items").size());
    for (JsonNode item : last.get("items")) {
      JsonNode row = requireNonNull(rows.get(item.get("item").textValue()));
      assertThat(row.get("at")).isEqualTo(last.get("windowEnd"));
      assertThat(row.get("data").get("total")).isEqualTo(last.get("total"));
      for (Map.Entry<String, JsonNode> field : item.properties()) {
        assertThat(row.get("data").get(field.getKey())).isEqualTo(field.getValue());
      }
    }
  }

  private static JsonNode newer(JsonNode one, JsonNode other) {
    return one.get("version").longValue() > other.get("version").longValue() ? one : other;
  }

  private static List<JsonNode> of(List<JsonNode> rankings, String dimension) {
    return rankings.stream()
        .filter(ranking -> ranking.get("dimension").textValue().equals(dimension))
        .sorted(Comparator.comparingLong(ranking -> ranking.get("windowEnd").longValue()))
        .toList();
  }

  @Test
  void badInput_isDeadLettersAndNeighboursCount() throws Exception {
    JobConfig config = prepared(options("bad.", "--window", "1m"));
    List<String> bad =
        List.of(
            "",
            "{\"at\":1700000000000,\"client\":\"a\",\"pa",
            "42",
            "[".repeat(5000),
            "{\"at\":\"soon\",\"client\":\"a\",\"path\":\"/\"}",
            "{\"at\":1700000000000,\"client\":\"a\"}",
            "{\"at\":253402300799000,\"client\":\"a\",\"path\":\"/\"}",
            "{\"at\":1700000000,\"client\":\"a\",\"path\":\"/\"}",
            "{\"at\":1700000000000,\"client\":\"a\",\"path\":\"/" + "x".repeat(1 << 20) + "\"}");
    List<byte[]> records = new ArrayList<>();
    bad.forEach(text -> records.add(text.getBytes(StandardCharsets.UTF_8)));
    records.add(new byte[] {'{', '"', (byte) 0xC3, (byte) 0x28, '"', ':', '1', '}'});
    RankingOracle oracle = new RankingOracle(MINUTE, MINUTE, 100);
    byte[] good =
        ("{\"at\":" + START + ",\"client\":\"a\",\"path\":\"/good\"}")
            .getBytes(StandardCharsets.UTF_8);
    List<ProducerRecord<byte[], byte[]>> input = new ArrayList<>();
    for (int n = 0; n < records.size(); n++) {
      input.add(numbered("bad.web.requests", n, records.get(n)));
      input.add(new ProducerRecord<>("bad.web.requests", good));
      oracle.add("path", START, "/good", 1);
    }
    JobRuns.produce(broker.bootstrap(), input);

    TestEndpoints endpoints = new TestEndpoints(config, Integer.MAX_VALUE);
    JobRuns.run(config, endpoints, HeavyHittersJob::build, 2, "hashmap");

    assertThat(RankingOracle.published(read("bad.heavy-hitters.rankings")))
        .isEqualTo(oracle.expected());
    List<JsonNode> letters = read("bad.web.requests.dlq");
    assertThat(letters)
        .extracting(
            letter -> letter.get("stage").textValue() + " " + letter.get("reason").textValue())
        .containsExactlyInAnyOrder(
            "decode empty",
            "decode truncated",
            "decode not-an-object",
            "decode not-an-object",
            "validate invalid-time",
            "validate missing-field",
            "time too-far-ahead",
            "time too-old",
            "validate too-long",
            "decode not-utf8");
    for (JsonNode letter : letters) {
      byte[] sent = records.get(Integer.parseInt(letter.get("headers").get("n").textValue()));
      byte[] kept = Base64.getDecoder().decode(letter.get("value").textValue());
      assertThat(letter.get("valueBytes").intValue()).isEqualTo(sent.length);
      assertThat(kept).isEqualTo(Arrays.copyOf(sent, Math.min(sent.length, 64 << 10)));
      assertThat(letter.get("truncated").booleanValue()).isEqualTo(sent.length > 64 << 10);
      assertThat(letter.get("topic").textValue()).isEqualTo("bad.web.requests");
      assertThat(letter.get("firstSeenAt")).isEqualTo(letter.get("timestamp"));
    }
  }

  private static String[] options(String prefix, String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--bootstrap",
                broker.bootstrap(),
                "--topic-prefix",
                prefix,
                "--create-topics",
                "true",
                "--bounded",
                "true",
                "--stores",
                "none"));
    options.addAll(List.of(more));
    return options.toArray(String[]::new);
  }

  private static JobConfig prepared(String[] options) throws Exception {
    JobConfig config = JobConfig.parse(options, HeavyHittersJob.JOB);
    KafkaTopics.prepare(config.configuration(), HeavyHittersJob.JOB.topics());
    return config;
  }

  private static List<JsonNode> read(String topic) throws Exception {
    return TopicReader.committed(broker.bootstrap(), topic);
  }

  private static ProducerRecord<byte[], byte[]> numbered(String topic, int n, byte[] value) {
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, value);
    record.headers().add("n", String.valueOf(n).getBytes(StandardCharsets.UTF_8));
    return record;
  }

  /** Requests in skewed order, each at most four seconds behind an earlier one. */
  private static List<RequestServed> requests() {
    Random random = new Random(23);
    List<RequestServed> requests = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      long at = START + i * 30L - random.nextInt(4_000);
      String path = "/page/" + (int) Math.pow(random.nextDouble(), -0.7) % 500;
      String client = "10.0.0." + random.nextInt(20);
      requests.add(
          new RequestServed(
              at, client, path, "GET", path, 200, 1L + random.nextInt(9), null, null));
    }
    return requests;
  }
}
