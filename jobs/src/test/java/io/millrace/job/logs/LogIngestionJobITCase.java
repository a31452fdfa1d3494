package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.connector.archive.ArchivedRows;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.FailingOnce;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.query.LogIndex;
import io.millrace.local.query.LogQuery;
import io.millrace.local.query.OpenSearchNode;
import io.millrace.local.retention.LogArchive;
import io.millrace.local.retention.LogRetention;
import io.millrace.local.retention.LogRetention.Back;
import io.millrace.local.retention.LogRetention.Fate;
import io.millrace.local.retention.LogRetention.Outcome;
import io.millrace.local.retention.LogRetention.Terms;
import io.millrace.local.store.LocalOpenSearch;
import io.millrace.schema.Topics;
import io.millrace.schema.avro.AvroCodec;
import io.millrace.schema.logs.LogEntryWritten;
import io.millrace.schema.logs.LogFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
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

/** The whole job on a real broker, against what {@link CannedLogs} are known to say. */
class LogIngestionJobITCase {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path REAL = Path.of("../../shared/data");

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static LocalOpenSearch openSearch;

  @BeforeAll
  static void startServers() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    openSearch = LocalOpenSearch.start(directory.resolve("opensearch"));
  }

  @AfterAll
  static void stopServers() throws Exception {
    openSearch.close();
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
                "true"));
    options.addAll(List.of(more));
    options.addAll(List.of("--stores", options.contains("--opensearch") ? "opensearch" : "none"));
    JobConfig config = JobConfig.parse(options.toArray(new String[0]), LogIngestionJob.JOB);
    KafkaTopics.prepare(config.configuration(), LogIngestionJob.JOB.topics());
    return config;
  }

  private static List<JsonNode> committed(String topic) throws Exception {
    return TopicReader.committed(broker.bootstrap(), topic);
  }

  @ParameterizedTest
  @CsvSource({"1, rocksdb, true", "2, rocksdb, true", "2, hashmap, true", "2, hashmap, false"})
  void bounded_failureInBetween_everyLineIsWhatItIsKnownToBe(
      int parallelism, String state, String dedup) throws Exception {
    String prefix = "canned-" + parallelism + state + dedup + ".";
    Path archive = directory.resolve("archive-" + parallelism + state + dedup);
    JobConfig config =
        prepared(
            prefix,
            "--archive",
            archive.toString(),
            "--archive-roll-size",
            "20kb",
            "--dedup",
            dedup);
    CannedLogs logs = new CannedLogs(prefix, 11, 4_000);
    JobRuns.produce(broker.bootstrap(), logs.records);
    JobRuns.produce(broker.bootstrap(), CannedLogs.descriptions(prefix));

    FailingOnce.arm();
    JobRuns.run(config, new TestEndpoints(config, 300), LogIngestionJob::build, parallelism, state);

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    List<String> records = new ArrayList<>();
    for (JsonNode row : committed(prefix + "log-ingestion.records")) {
      records.add(
          String.join(
              " ",
              row.get("source").asText(),
              row.get("at").asText(),
              row.get("level").asText(),
              row.get("message").asText()));
      assertThat(row.get("recordId").asText())
          .isEqualTo(
              row.get("topic").asText()
                  + ":"
                  + row.get("partition").asText()
                  + ":"
                  + row.get("offset").asText());
    }
    assertThat(records).containsExactlyInAnyOrderElementsOf(logs.expected);

    Map<String, Long> minutes = new TreeMap<>();
    for (JsonNode row : committed(prefix + "log-ingestion.metrics")) {
      String minute =
          String.join(
              " ",
              row.get("source").asText(),
              row.get("level").asText(),
              row.get("windowStart").asText());
      assertThat(minutes.put(minute, row.get("count").asLong())).as("%s once", minute).isNull();
    }
    assertThat(minutes).isEqualTo(logs.minutes);

    List<String> alerts = new ArrayList<>();
    for (JsonNode row : committed(prefix + "log-ingestion.alerts")) {
      alerts.add(
          String.join(
              " ",
              row.get("group").asText(),
              row.get("windowStart").asText(),
              row.get("state").asText(),
              String.valueOf(row.get("value").asDouble())));
    }
    alerts.sort(null);
    assertThat(alerts).hasSizeGreaterThan(10).isEqualTo(logs.alerts());

    assertThat(committed(prefix + "log-ingestion.late")).isEmpty();
    List<String> refused = new ArrayList<>();
    for (JsonNode letter : committed(prefix + "logs.raw.dlq")) {
      String value = new String(Base64.getDecoder().decode(letter.get("value").asText()), UTF_8);
      String source = letter.get("headers").get("source").asText();
      refused.add(source + value.substring(value.indexOf(" poison")));
      assertThat(letter.get("reason").asText())
          .isEqualTo(source.equals("nobody") ? "unknown-source" : "invalid-line");
    }
    assertThat(refused).containsExactlyInAnyOrderElementsOf(logs.refused);
    assertAccounts(prefix, logs.records.size(), logs.joined, logs.refused.size());
    assertThat(LogLines.accounts(broker.bootstrap(), prefix)).isEqualTo(logs.accounts(false));
    assertArchive(archive.resolve(prefix + "logs.raw"), logs.records);
  }

  /** Every record is in a finished and listed file once, byte for byte; nothing else is. */
  private static void assertArchive(Path archive, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    Map<String, String> expected = new TreeMap<>();
    int[] offsets = new int[4];
    for (ProducerRecord<byte[], byte[]> record : records) {
      String place = record.partition() + ":" + offsets[record.partition()]++;
      expected.put(
          place, new String(record.key(), UTF_8) + " " + new String(record.value(), UTF_8));
    }
    Map<String, String> archived = new TreeMap<>();
    JsonMapper mapper = new JsonMapper();
    Path manifest = archive.resolve("_manifest/day=2026-01-31");
    List<Path> lists;
    try (Stream<Path> all = Files.list(manifest)) {
      lists = all.toList();
    }
    assertThat(lists).as("files, as they are rolled").hasSizeGreaterThan(5);
    for (Path list : lists) {
      JsonNode listed = mapper.readTree(list.toFile());
      Path file = archive.resolve(listed.get("file").asText());
      byte[] bytes = Files.readAllBytes(file);
      assertThat(listed.get("bytes").asInt()).isEqualTo(bytes.length);
      assertThat(listed.get("sha256").asText())
          .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
      List<String> rows = Files.readAllLines(file);
      assertThat(rows).hasSize(listed.get("rows").asInt());
      for (String row : rows) {
        JsonNode line = mapper.readTree(row);
        String place = line.get("partition").asText() + ":" + line.get("offset").asText();
        assertThat(line.get("at").asLong()).isEqualTo(CannedLogs.START);
        assertThat(
                archived.put(place, line.get("source").asText() + " " + line.get("line").asText()))
            .as("%s is there twice", place)
            .isNull();
      }
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    assertThat(archived).isEqualTo(expected);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
        .isEqualTo("rwx------");
    JsonNode success = mapper.readTree(archive.resolve("_SUCCESS").toFile());
    assertThat(success.get("rows").asInt()).isEqualTo(records.size());
    assertThat(success.get("files").asInt()).isEqualTo(lists.size());
    try (Stream<Path> files = Files.list(archive.resolve("day=2026-01-31"))) {
      assertThat(files.filter(each -> !each.getFileName().toString().startsWith(".")))
          .as("finished files, all of them listed")
          .hasSameSizeAs(lists);
    }
  }

  @Test
  void openSearch_failureInBetween_hasWhatTheTopicHasAndFindsIt() throws Exception {
    String prefix = "search.";
    JobConfig config =
        prepared(prefix, "--opensearch", openSearch.address(), "--create-tables", "true");
    CannedLogs logs = new CannedLogs(prefix, 12, 2_000);
    JobRuns.produce(broker.bootstrap(), logs.records);
    JobRuns.produce(broker.bootstrap(), CannedLogs.descriptions(prefix));

    FailingOnce.arm();
    JobRuns.run(config, new TestEndpoints(config, 100), LogIngestionJob::build, 2, "rocksdb");

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    List<JsonNode> records = committed(prefix + "log-ingestion.records");
    assertThat(records).hasSize(logs.expected.size());
    LogIndex index = LogIndex.at(openSearch.address(), prefix);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> index.search(query("limit", "10000")).size() >= records.size());
    assertThat(found(index, query("limit", "10000"))).containsExactlyInAnyOrderElementsOf(records);

    JsonNode one =
        records.stream()
            .filter(row -> row.get("level").asText().equals("ERROR"))
            .findFirst()
            .orElseThrow();
    assertThat(found(index, query("level", "ERROR", "limit", "10000")))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(
            records.stream().filter(row -> row.get("level").asText().equals("ERROR")).toList())
        .isSortedAccordingTo(
            Comparator.comparingLong((JsonNode row) -> row.get("at").asLong()).reversed());
    assertThat(
            found(
                index,
                query(
                    "source", one.get("source").asText(),
                    "text", one.get("message").asText(),
                    "from", one.get("at").asText(),
                    "to", String.valueOf(one.get("at").asLong() + 1))))
        .contains(one);
    JsonNode withFields =
        records.stream().filter(row -> !row.get("fields").isEmpty()).findFirst().orElseThrow();
    Map.Entry<String, JsonNode> field = withFields.get("fields").properties().iterator().next();
    String pair = field.getKey() + "=" + field.getValue().asText();
    assertThat(found(index, query("field", pair, "limit", "10000")))
        .containsExactlyInAnyOrderElementsOf(
            records.stream()
                .filter(row -> field.getValue().equals(row.get("fields").get(field.getKey())))
                .toList());
    assertThat(found(index, query("text", "\"}} OR * nothing such"))).isEmpty();
  }

  @Test
  void filtered_recordsAndThoseOfNoSample_areInTheTopicAndTheMinutes_butNotInTheIndex()
      throws Exception {
    String prefix = "sampled.";
    JobConfig config =
        prepared(
            prefix,
            "--opensearch",
            openSearch.address(),
            "--create-tables",
            "true",
            "--min-level",
            "INFO",
            "--source",
            "app",
            "--format",
            "json");
    List<ProducerRecord<byte[], byte[]>> lines = new ArrayList<>();
    List<String> levels = List.of("DEBUG", "INFO", "ERROR");
    for (int i = 0; i < 900; i++) {
      String line =
          String.format(
              "{\"at\":%d,\"level\":\"%s\",\"service\":\"%s\",\"msg\":\"m\"}",
              CannedLogs.START + i, levels.get(i % 3), i % 2 == 0 ? "shop" : "till");
      lines.add(new ProducerRecord<>(prefix + "logs.raw", i % 4, null, line.getBytes(UTF_8)));
    }
    JobRuns.produce(broker.bootstrap(), lines);
    JobRuns.produce(
        broker.bootstrap(),
        List.of(
            keyed(
                prefix + "log.rules",
                "{\"ruleId\":\"few\",\"version\":1,\"kind\":\"sample\",\"threshold\":5,"
                    + "\"filter\":\"source=app level=INFO service.team=payments\"}"),
            keyed(
                prefix + "log.rules",
                "{\"ruleId\":\"half\",\"version\":1,\"kind\":\"sample\",\"threshold\":1.5}"),
            keyed(
                prefix + "log.services",
                "{\"service\":\"shop\",\"version\":1,\"at\":1769850000000,"
                    + "\"attributes\":{\"team\":\"payments\"}}"),
            keyed(
                prefix + "log.services",
                "{\"service\":\"till\",\"version\":1,\"at\":1769850000000,"
                    + "\"attributes\":{\"\":\"no name\"}}")));

    JobRuns.run(config, new TestEndpoints(config, 100), LogIngestionJob::build, 2, "hashmap");

    List<JsonNode> records = committed(prefix + "log-ingestion.records");
    assertThat(records).hasSize(900);
    assertThat(records)
        .allSatisfy(
            row ->
                assertThat(row.get("fields").toString())
                    .isEqualTo(
                        row.get("service").asText().equals("shop")
                            ? "{\"service.team\":\"payments\"}"
                            : "{}"));
    LogIndex index = LogIndex.at(openSearch.address(), prefix);
    long[] sums = new long[3];
    for (JsonNode row : committed(prefix + "log-ingestion.ledger")) {
      sums[0] += row.get("in").asLong();
      sums[1] += row.get("indexed").asLong();
      sums[2] += row.get("filtered").asLong();
    }
    assertThat(sums[0]).isEqualTo(900);
    assertThat(sums[1] + sums[2]).isEqualTo(900);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> index.search(query("limit", "10000")).size() >= sums[1]);
    List<JsonNode> found = found(index, query("limit", "10000"));
    assertThat(found).hasSize((int) sums[1]).isSubsetOf(records);
    assertThat(found(index, query("level", "DEBUG"))).isEmpty();
    assertThat(found(index, query("level", "ERROR", "limit", "10000"))).hasSize(300);
    assertThat(found(index, query("level", "INFO", "field", "service.team=payments")))
        .as("one of five of 150")
        .hasSizeBetween(15, 50);
    assertThat(found.stream().filter(row -> row.get("service").asText().equals("till")))
        .as("which no rule samples")
        .hasSize(300);
    long counted = 0;
    for (JsonNode row : committed(prefix + "log-ingestion.metrics")) {
      counted += row.get("count").asLong();
    }
    assertThat(counted).isEqualTo(900);
    assertThat(committed(prefix + "log.rules.dlq"))
        .extracting(letter -> letter.get("message").asText())
        .singleElement()
        .asString()
        .contains("a whole number from 1 on");
    assertThat(committed(prefix + "log.services.dlq"))
        .extracting(letter -> letter.get("message").asText())
        .singleElement()
        .asString()
        .contains("the name of an attribute");
  }

  @Test
  void retention_deletesWhatIsArchived_andRecallBringsItBackAsItWas() throws Exception {
    String prefix = "cold.";
    Path archive = directory.resolve("archive-cold");
    String[] stores = {
      "--archive",
      archive.toString(),
      "--opensearch",
      openSearch.address(),
      "--create-tables",
      "true",
      "--min-level",
      "INFO"
    };
    JobConfig config = prepared(prefix, stores);
    CannedLogs logs = new CannedLogs(prefix, 14, 1_500);
    JobRuns.produce(broker.bootstrap(), logs.records);
    JobRuns.produce(broker.bootstrap(), CannedLogs.descriptions(prefix));
    JobRuns.run(config, new TestEndpoints(config, 100), LogIngestionJob::build, 2, "hashmap");
    LogIndex index = LogIndex.at(openSearch.address(), prefix);
    long records = logs.expected.stream().filter(each -> !each.contains(" DEBUG message")).count();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> index.search(query("limit", "10000")).size() == records);
    List<JsonNode> before = found(index, query("limit", "10000"));
    String name = prefix + "logs-2026.01.31";
    Instant later = Instant.now().plus(Duration.ofDays(8));
    Terms terms = new Terms(7, 1, true);

    assertThat(retention(prefix, archive).apply(terms, Instant.now()))
        .as("an index that was made today")
        .containsExactly(new Outcome(name, Fate.YOUNG, records, 0));
    Path manifest = archive.resolve(prefix + "logs.raw/_manifest/day=2026-01-31");
    Path list = onlyFileOf(manifest);
    Path hidden = directory.resolve("hidden");
    Files.move(list, hidden);
    List<Outcome> kept = retention(prefix, archive).apply(terms, later);
    assertThat(kept).extracting(Outcome::fate).containsExactly(Fate.NOT_ARCHIVED);
    assertThat(kept.get(0).notArchived()).isBetween(1L, records);
    Files.move(hidden, list);
    Path file =
        archive
            .resolve(prefix + "logs.raw")
            .resolve(JSON.readTree(list.toFile()).get("file").asText());
    String rows = Files.readString(file);
    Files.writeString(file, rows.replaceFirst("INFO", "WARN"));
    assertThatThrownBy(() -> retention(prefix, archive).apply(terms, later))
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining("is not as it was archived");
    Files.writeString(file, rows);
    assertThat(found(index, query("limit", "10000"))).as("nothing is deleted").isEqualTo(before);

    assertThat(retention(prefix, archive).apply(new Terms(7, 1, false), later))
        .containsExactly(new Outcome(name, Fate.DELETED, records, 0));
    assertThat(found(index, query("limit", "10000"))).as("a dry run").isEqualTo(before);
    assertThat(retention(prefix, archive).apply(terms, later))
        .containsExactly(new Outcome(name, Fate.DELETED, records, 0));
    assertThat(index.search(query())).isEmpty();
    assertThat(retention(prefix, archive).apply(terms, later)).isEmpty();
    assertThat(retention(prefix, archive).back()).isEmpty();

    long lettersBefore = committed(prefix + "logs.raw.dlq").size();
    for (int time = 0; time < 2; time++) {
      if (time == 0) {
        FailingOnce.arm();
      }
      String[] recall =
          Stream.concat(
                  Arrays.stream(stores),
                  Stream.of(
                      "--recall", "2026-01-31", "--start-from", "earliest", "--job-name", "recall"))
              .toArray(String[]::new);
      JobConfig again = prepared(prefix, recall);
      JobRuns.run(again, new TestEndpoints(again, 100), LogIngestionJob::build, 2, "hashmap");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> index.search(query("limit", "10000")).size() == records);
      assertThat(found(index, query("limit", "10000"))).isEqualTo(before);
      assertThat(FailingOnce.hasFailed()).as("the first recall fails in between").isTrue();
    }
    assertThat(retention(prefix, archive).back()).containsExactly(new Back(name, records, records));
    assertThat(retention(prefix, archive).apply(terms, Instant.now()))
        .as("it stays for as long again")
        .containsExactly(new Outcome(name, Fate.YOUNG, records, 0));
    assertThat(committed(prefix + "logs.raw.dlq")).hasSize((int) lettersBefore);
    assertThat(committed(prefix + "log-ingestion.records")).hasSize(logs.expected.size());
  }

  @Test
  void retention_linesInParquetThatCameInLate_areLookedForAsLongAfterTheirDayAsIsGiven()
      throws Exception {
    String prefix = "late-cold.";
    Path archive = directory.resolve("archive-late");
    String[] options = {
      "--archive",
      archive.toString(),
      "--archive-format",
      "parquet",
      "--opensearch",
      openSearch.address(),
      "--create-tables",
      "true",
      "--source",
      "app",
      "--format",
      "json"
    };
    JobConfig config = prepared(prefix, options);
    List<ProducerRecord<byte[], byte[]>> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      long arrival = CannedLogs.START + (i < 12 ? 0 : Duration.ofDays(3).toMillis());
      String line = String.format("{\"at\":%d,\"msg\":\"m %d\"}", CannedLogs.START, i);
      lines.add(new ProducerRecord<>(prefix + "logs.raw", 0, arrival, null, line.getBytes(UTF_8)));
    }
    JobRuns.produce(broker.bootstrap(), lines);
    JobRuns.run(config, new TestEndpoints(config, 100), LogIngestionJob::build, 2, "hashmap");
    String name = prefix + "logs-2026.01.31";
    Instant later = Instant.now().plus(Duration.ofDays(8));

    assertThat(retention(prefix, archive).apply(new Terms(7, 2, true), later))
        .containsExactly(new Outcome(name, Fate.NOT_ARCHIVED, 20, 8));
    assertThat(retention(prefix, archive).apply(new Terms(7, 3, true), later))
        .containsExactly(new Outcome(name, Fate.DELETED, 20, 0));

    LogIndex index = LogIndex.at(openSearch.address(), prefix);
    for (int late = 2; late <= 3; late++) {
      int expected = late == 2 ? 12 : 20;
      String[] recall =
          Stream.concat(
                  Arrays.stream(options),
                  Stream.of(
                      "--recall",
                      "2026-01-31",
                      "--recall-late",
                      String.valueOf(late),
                      "--start-from",
                      "earliest",
                      "--job-name",
                      "recall"))
              .toArray(String[]::new);
      JobConfig again = prepared(prefix, recall);
      JobRuns.run(again, new TestEndpoints(again, 100), LogIngestionJob::build, 2, "hashmap");
      await().atMost(Duration.ofMinutes(1)).until(() -> index.search(query()).size() == expected);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThat(retention(prefix, archive).back())
                      .containsExactly(new Back(name, expected, 20)));
    }
  }

  /** Another one each time, which has read nothing of the archive. */
  private static LogRetention retention(String prefix, Path archive) throws IOException {
    return new LogRetention(
        OpenSearchNode.at(openSearch.address(), null),
        prefix,
        LogArchive.at(archive.toString(), prefix, ArchivedRows::readParquet));
  }

  private static Path onlyFileOf(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().findFirst().orElseThrow();
    }
  }

  @Test
  void recall_withoutWhatItNeeds_isRefused() throws Exception {
    for (String[] each :
        new String[][] {
          {"2026-1-31", "must be days such as"},
          {"2026-01-31", "--recall needs --archive"},
        }) {
      JobConfig config = prepared("refused.", "--recall", each[0]);
      assertThatThrownBy(
              () ->
                  JobRuns.run(
                      config, new TestEndpoints(config, 100), LogIngestionJob::build, 1, "hashmap"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(each[1]);
    }
  }

  private static LogQuery query(String... pairs) {
    Map<String, List<String>> parameters = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      parameters.put(pairs[i], List.of(pairs[i + 1]));
    }
    return LogQuery.of(parameters);
  }

  private static List<JsonNode> found(LogIndex index, LogQuery query) throws Exception {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : index.search(query)) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  /** Holds the law of counts for each source and partition, and in sum. */
  private static void assertAccounts(String prefix, long in, long joined, long refused)
      throws Exception {
    long[] sums = new long[3];
    for (JsonNode row : committed(prefix + "log-ingestion.ledger")) {
      long decided = 0;
      for (String count :
          List.of("indexed", "duplicate", "collapsed", "filtered", "joined", "deadLetters")) {
        decided += row.get(count).asLong();
      }
      assertThat(decided).as("%s", row).isEqualTo(row.get("in").asLong());
      assertThat(row.get("waiting").asLong()).isZero();
      sums[0] += row.get("in").asLong();
      sums[1] += row.get("joined").asLong();
      sums[2] += row.get("deadLetters").asLong();
    }
    assertThat(sums).containsExactly(in, joined, refused);
  }

  @Test
  void redaction_isInRecordsAndDeadLetters_unlessItIsOff() throws Exception {
    for (String redact : List.of("secrets,cards", "none")) {
      String prefix = "redact-" + redact.length() + ".";
      JobConfig config =
          prepared(prefix, "--redact", redact, "--source", "app", "--format", "json");
      List<ProducerRecord<byte[], byte[]>> lines = new ArrayList<>();
      for (String line :
          List.of(
              "{\"msg\":\"paid with 4111 1111 1111 1111\",\"password\":\"hunter2\"}",
              "{\"msg\":\"token=hunter2\"")) {
        lines.add(new ProducerRecord<>(prefix + "logs.raw", line.getBytes(UTF_8)));
      }
      lines.add(new ProducerRecord<>(prefix + "logs.raw", avro("in Avro, 4111111111111111")));
      JobRuns.produce(broker.bootstrap(), lines);

      JobRuns.run(config, new TestEndpoints(config, 100), LogIngestionJob::build, 1, "hashmap");

      List<JsonNode> records = new ArrayList<>(committed(prefix + "log-ingestion.records"));
      assertThat(records).hasSize(2);
      JsonNode written = records.remove(records.get(0).get("fields").has("user") ? 0 : 1);
      List<JsonNode> letters = committed(prefix + "logs.raw.dlq");
      assertThat(records).hasSize(1);
      assertThat(letters).hasSize(1);
      String value =
          new String(Base64.getDecoder().decode(letters.get(0).get("value").asText()), UTF_8);
      boolean isOff = redact.equals("none");
      assertThat(value.contains("hunter2")).isEqualTo(isOff);
      assertThat(letters.get(0).get("truncated").asBoolean()).isEqualTo(!isOff);
      assertThat(letters.get(0).get("valueBytes").asInt()).isEqualTo(22);
      assertThat(records.get(0).get("message").asText())
          .isEqualTo(isOff ? "paid with 4111 1111 1111 1111" : "paid with [redacted]");
      assertThat(records.get(0).get("fields").get("password").asText())
          .isEqualTo(isOff ? "hunter2" : "[redacted]");
      assertThat(written.get("message").asText())
          .isEqualTo(isOff ? "in Avro, 4111111111111111" : "in Avro, [redacted]");
      assertThat(written.get("at").asLong()).isEqualTo(CannedLogs.START);
      assertThat(written.get("level").asText()).isEqualTo("WARN");
      assertThat(written.get("fields").toString()).isEqualTo("{\"thread\":\"t-1\",\"user\":\"u\"}");
    }
  }

  private static byte[] avro(String message) {
    return AvroCodec.of(LogEntryWritten.class, List.of())
        .encode(
            new LogEntryWritten(
                CannedLogs.START,
                "warning",
                message,
                "shop",
                null,
                null,
                null,
                "t-1",
                Map.of("user", "u")));
  }

  @Test
  void descriptions_thatCantBe_areDeadLetters() throws Exception {
    String prefix = "bad.";
    JobConfig config = prepared(prefix);
    String source =
        "{\"source\":\"a\",\"version\":1,\"at\":1769850000000,\"format\":\"csv\",\"header\":\"x,x\"}";
    String rule = "{\"ruleId\":\"r\",\"version\":1,\"kind\":\"count\",\"filter\":\"level>=LOUD\"}";
    JobRuns.produce(
        broker.bootstrap(),
        List.of(
            keyed(prefix + "log.sources", source),
            keyed(prefix + "log.sources", "{}"),
            keyed(prefix + "log.rules", rule)));

    JobRuns.run(config, new TestEndpoints(config, 100), LogIngestionJob::build, 1, "hashmap");

    assertThat(committed(prefix + "log.sources.dlq"))
        .extracting(letter -> letter.get("reason").asText())
        .containsExactlyInAnyOrder("out-of-range", "missing-field");
    assertThat(committed(prefix + "log.rules.dlq"))
        .extracting(
            letter -> letter.get("reason").asText(), letter -> letter.get("message").asText())
        .containsExactly(
            tuple("invalid-filter", "the filter needs a level such as ERROR at character 8"));
  }

  private static ProducerRecord<byte[], byte[]> keyed(String topic, String value) {
    return new ProducerRecord<>(topic, "key".getBytes(UTF_8), value.getBytes(UTF_8));
  }

  @Test
  void accessLog_everyLine_isAccountedFor() throws Exception {
    List<String> generated = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      generated.add(
          String.format(
              "10.0.0.%d - - [17/May/2015:10:%02d:%02d +0000] \"GET /p/%d HTTP/1.1\" 200 %d \"-\" \"%s\"",
              i % 200, i / 60 % 60, i % 60, i % 50, i, "Mozilla/5.0 (X11; é)"));
    }
    generated.set(1_234, generated.get(1_234).replaceAll(" \"Mozilla.*", " \"Mozilla"));
    assertLog("access-generated", LogFormat.COMBINED, generated, 1);
    Path real = REAL.resolve("web-access-combined.log.gz");
    if (isThere(real)) {
      assertLog("access-real", LogFormat.COMBINED, read(real), 1);
    }
  }

  @Test
  void brokerLog_everyLine_isAccountedFor() throws Exception {
    List<String> generated = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      generated.add(
          String.format(
              "[2016-12-19 16:%02d:%02d,%03d] DEBUG [Controller 0]: step %d (kafka.controller.X)",
              i / 60, i % 60, i, i));
    }
    assertLog("broker-generated", LogFormat.LOG4J, generated, 0);
    Path real = REAL.resolve("broker-controller.log.gz");
    if (isThere(real)) {
      assertLog("broker-real", LogFormat.LOG4J, read(real), 0);
    }
  }

  private static void assertLog(String name, LogFormat format, List<String> lines, int refused)
      throws Exception {
    String prefix = name + ".";
    JobConfig config = prepared(prefix, "--source", "log");
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String line : lines) {
      records.add(
          new ProducerRecord<>(prefix + Topics.LOGS_RAW.name(), 0, null, line.getBytes(UTF_8)));
    }
    JobRuns.produce(broker.bootstrap(), records);
    JobRuns.produce(
        broker.bootstrap(), List.of(CannedLogs.source(prefix, "log", format, CannedLogs.START)));

    JobRuns.run(config, new TestEndpoints(config, 100), LogIngestionJob::build, 2, "hashmap");

    List<JsonNode> rows = committed(prefix + "log-ingestion.records");
    assertThat(rows).hasSize(lines.size() - refused);
    for (JsonNode row : rows) {
      String line = lines.get(row.get("offset").asInt());
      assertThat(line).contains(row.get("message").asText());
      row.get("fields").forEach(field -> assertThat(line).contains(field.asText()));
    }
    assertThat(committed(prefix + "logs.raw.dlq")).hasSize(refused);
    assertAccounts(prefix, lines.size(), 0, refused);
    long counted = 0;
    for (JsonNode row : committed(prefix + "log-ingestion.metrics")) {
      counted += row.get("count").asLong();
    }
    assertThat(counted).isEqualTo(rows.size());
  }

  private static boolean isThere(Path real) {
    if (!Files.exists(real)) {
      System.out.println("skipped: there is no real log at " + real);
      return false;
    }
    return true;
  }

  private static List<String> read(Path gzip) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(gzip)), UTF_8))) {
      return reader.lines().toList();
    }
  }
}
