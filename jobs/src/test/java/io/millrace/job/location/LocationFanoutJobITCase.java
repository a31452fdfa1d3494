package io.millrace.job.location;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.FailingOnce;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.schema.Topics;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionReported;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole job on a real broker, against {@link SerialShares}. */
class LocationFanoutJobITCase {
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
  static void startServers() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
  }

  @AfterAll
  static void stopServers() throws Exception {
    broker.close();
  }

  private static JobConfig prepared(String prefix, String... more) throws Exception {
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
    JobConfig config = JobConfig.parse(options.toArray(new String[0]), LocationFanoutJob.JOB);
    KafkaTopics.prepare(config.configuration(), LocationFanoutJob.JOB.topics());
    return config;
  }

  private static List<JsonNode> committed(String topic) throws Exception {
    return TopicReader.committed(broker.bootstrap(), topic);
  }

  @ParameterizedTest
  @CsvSource({"1, rocksdb", "2, rocksdb", "2, hashmap"})
  void eventTime_failureInBetween_everyViewerSeesWhatTheOracleAllows(int parallelism, String state)
      throws Exception {
    String prefix = "shares-" + parallelism + state + ".";
    JobConfig config = prepared(prefix);
    List<GrantChanged> changes = CannedShares.changes(7, 400);
    List<PositionReported> reports = CannedShares.reports(8, 6_000);
    JobRuns.produce(broker.bootstrap(), CannedShares.records(prefix, reports, changes));

    FailingOnce.arm();
    JobRuns.run(
        config, new TestEndpoints(config, 500), LocationFanoutJob::build, parallelism, state);

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    SerialShares oracle = new SerialShares(changes, 340);
    List<String> expected = oracle.lines(reports);
    List<String> lines = new ArrayList<>();
    Map<String, Long> newest = new HashMap<>();
    Map<String, Double> precisions = new HashMap<>();
    for (GrantChanged change : changes) {
      if (change.precisionMeters() != null) {
        precisions.put(change.grantId(), change.precisionMeters());
      }
    }
    Map<String, PositionReported> positions = new HashMap<>();
    reports.forEach(report -> positions.put(report.userId() + report.at(), report));
    for (JsonNode row : committed(prefix + "location-fanout.deliveries")) {
      String viewer = row.get("viewerId").asText();
      String owner = row.get("ownerId").asText();
      long at = row.get("at").asLong();
      lines.add(ShareRuns.line(row));
      Long before = newest.put(viewer + " " + owner, at);
      assertThat(before == null || before < at).as("in order for owner and viewer").isTrue();
      PositionReported report = Objects.requireNonNull(positions.get(owner + at));
      assertNear(row, report, precisions.getOrDefault(row.get("grantId").asText(), 0.0));
    }
    lines.sort(null);
    assertThat(expected).hasSizeGreaterThan(5_000);
    assertThat(lines).isEqualTo(expected);
    assertThat(committed(prefix + "location-fanout.late")).isEmpty();
    List<JsonNode> letters = committed(prefix + "location.updates.dlq");
    assertThat(letters)
        .as("one for each record, also where a report is repeated")
        .hasSameSizeAs(
            reports.stream()
                .filter(report -> oracle.impossible.contains(report.updateId()))
                .toList())
        .isNotEmpty()
        .allSatisfy(
            letter -> assertThat(letter.get("reason").asText()).isEqualTo("impossible-speed"));
  }

  @ParameterizedTest
  @CsvSource({"BUSES, 1, hashmap", "SHIPS, 2, rocksdb"})
  void realPositions_everyViewerSeesWhatTheOracleAllows(
      RealPositions.Kind kind, int parallelism, String state) throws Exception {
    Optional<List<PositionReported>> real = RealPositions.read(kind);
    assumeTrue(real.isPresent(), "the real positions are not beside the repository");
    List<PositionReported> reports = real.get();
    List<GrantChanged> changes = RealPositions.changes(reports, 3);
    String prefix = kind + ".";
    JobConfig config = prepared(prefix, "--max-out-of-orderness", "3650d");
    JobRuns.produce(broker.bootstrap(), CannedShares.records(prefix, reports, changes));

    JobRuns.run(
        config, new TestEndpoints(config, 500), LocationFanoutJob::build, parallelism, state);

    SerialShares oracle = new SerialShares(changes, 340);
    Map<String, PositionReported> different = new LinkedHashMap<>();
    for (PositionReported report : reports) {
      different.putIfAbsent(
          String.join(
              " ",
              report.userId(),
              String.valueOf(report.at()),
              String.valueOf(report.latitude()),
              String.valueOf(report.longitude())),
          report);
    }
    List<String> expected = oracle.lines(List.copyOf(different.values()));
    List<String> lines = new ArrayList<>();
    for (JsonNode row : committed(prefix + "location-fanout.deliveries")) {
      lines.add(ShareRuns.line(row));
    }
    lines.sort(null);
    assertThat(expected).hasSizeGreaterThan(1_000);
    assertThat(lines).isEqualTo(expected);
    assertThat(committed(prefix + "location-fanout.late")).isEmpty();
  }

  private static void assertNear(JsonNode row, PositionReported report, double precision) {
    double meters =
        SerialShares.chordMeters(
            report.latitude(),
            report.longitude(),
            row.get("latitude").asDouble(),
            row.get("longitude").asDouble());
    assertThat(meters).isLessThanOrEqualTo(precision * 0.71 + 1e-6);
    if (precision > 0) {
      assertThat(row.get("accuracyMeters").asDouble()).isGreaterThanOrEqualTo(precision);
    } else {
      assertThat(row.get("latitude").asDouble()).isEqualTo(report.latitude());
      assertThat(row.get("longitude").asDouble()).isEqualTo(report.longitude());
    }
  }

  @Test
  void deadLetters_tellNothingOfWhereSomeoneWas() throws Exception {
    String prefix = "letters.";
    JobConfig config = prepared(prefix);
    String good = "{\"userId\":\"ann\",\"at\":1764151200000,\"latitude\":48.1,\"longitude\":11.5}";
    List<String> bad =
        List.of(
            "{\"userId\":\"ann\",\"at\":1764151201000,\"latitude\":58.7654321,\"longitude\":11.5}",
            "{\"userId\":\"ann\",\"at\":1764151201000,\"latitude\":98.7654321,\"longitude\":11.5}",
            "{\"userId\":\"ann\",\"at\":1764151201000,\"latitude\":NaN,\"longitude\":98.7654321}",
            "{\"userId\":\"ann\",\"at\":4764151201000,\"latitude\":8.7654321,\"longitude\":1}",
            "8.7654321");
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    String topic = prefix + Topics.LOCATION_UPDATES.name();
    records.add(CannedShares.record(topic, "ann", good.getBytes(UTF_8)));
    bad.forEach(line -> records.add(CannedShares.record(topic, "ann", line.getBytes(UTF_8))));
    String grant =
        "{\"grantId\":\"g\",\"at\":1,\"ownerId\":\"ann\",\"viewerId\":\"bob\",\"action\":\"grant\","
            + "\"fence\":{\"type\":\"circle\",\"latitude\":8.7654321}}";
    records.add(
        CannedShares.record(prefix + Topics.LOCATION_GRANTS.name(), "ann", grant.getBytes(UTF_8)));
    JobRuns.produce(broker.bootstrap(), records);

    JobRuns.run(config, new TestEndpoints(config, 1_000), LocationFanoutJob::build, 1, "hashmap");

    Map<Long, JsonNode> letters = new HashMap<>();
    for (JsonNode letter : committed(prefix + "location.updates.dlq")) {
      letters.put(letter.get("offset").asLong(), letter);
    }
    assertThat(letters.values().stream().map(letter -> letter.get("reason").asText()))
        .containsExactlyInAnyOrder(
            "impossible-speed", "out-of-range", "not-json", "too-far-ahead", "not-an-object");
    for (int i = 0; i < bad.size(); i++) {
      assertConfidential(Objects.requireNonNull(letters.get((long) i + 1)), bad.get(i));
    }
    List<JsonNode> ofGrants = committed(prefix + "location.grants.dlq");
    assertThat(ofGrants).hasSize(1);
    assertConfidential(ofGrants.get(0), grant);
  }

  private static void assertConfidential(JsonNode letter, String value) throws Exception {
    byte[] bytes = value.getBytes(UTF_8);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    assertThat(letter.get("sha256").asText()).isEqualTo(digest);
    assertThat(letter.get("valueBytes").asInt()).isEqualTo(bytes.length);
    assertThat(letter.get("value").isNull()).isTrue();
    assertThat(letter.get("key").isNull()).isTrue();
    assertThat(letter.toString()).doesNotContain("7654321");
  }
}
