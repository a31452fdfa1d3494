package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.connector.postgres.PostgresSchema;
import io.millrace.connector.store.StoreOptions;
import io.millrace.job.FailingOnce;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.store.LocalPostgres;
import io.millrace.schema.Topics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;

/** Uploads of media files, in the catalogue of a real PostgreSQL, against a recount. */
class MediaCatalogueITCase {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static LocalPostgres postgres;

  @BeforeAll
  static void startServers() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    postgres = LocalPostgres.start(directory.resolve("postgres"));
  }

  @AfterAll
  static void stopServers() {
    postgres.close();
    broker.close();
  }

  @AfterEach
  void dropTables() throws Exception {
    postgres.execute("DROP VIEW IF EXISTS media_contents; DROP TABLE IF EXISTS media_files");
  }

  private static JobConfig prepared(String prefix, boolean bounded) throws Exception {
    String address =
        String.format(
            "postgresql://%s:@%s/%s", postgres.user(), postgres.address(), postgres.database());
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--topic-prefix",
              prefix,
              "--create-topics",
              "true",
              "--bounded",
              String.valueOf(bounded),
              "--stores",
              "postgres",
              "--postgres",
              address
            },
            LogIngestionJob.JOB);
    KafkaTopics.prepare(config.configuration(), LogIngestionJob.JOB.topics());
    PostgresSchema.prepare(
        config.configuration().set(StoreOptions.CREATE_TABLES, true),
        List.of(MediaRows.FILES),
        MediaRows.class,
        MediaRows.SCRIPT.file());
    return config;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void uploads_failureInBetween_areCataloguedOnceAndTheLastVersionCounts(int parallelism)
      throws Exception {
    String prefix = "media-" + parallelism + ".";
    JobConfig config = prepared(prefix, true);
    CannedUploads uploads = new CannedUploads(prefix, 41, 2_000);
    JobRuns.produce(broker.bootstrap(), uploads.records);

    FailingOnce.arm();
    JobRuns.run(
        config, new TestEndpoints(config, 50), LogIngestionJob::build, parallelism, "rocksdb");

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    assertCatalogue(prefix, uploads);
    assertThat(
            uploads.catalogued.size()
                + uploads.repeated
                + uploads.superseded
                + uploads.refused.size())
        .as("every upload")
        .isEqualTo(2_000);
    assertThat(uploads.refused).contains("conflicting-version", "truncated", "out-of-range");
    assertThat(uploads.repeated).isPositive();
  }

  @Test
  void postgresAway_inMidRun_isWaitedFor() throws Exception {
    String prefix = "away.";
    JobConfig config = prepared(prefix, false);
    CannedUploads uploads = new CannedUploads(prefix, 43, 1_000);
    JobRuns.produce(broker.bootstrap(), uploads.records.subList(0, 400));
    JobClient job = JobRuns.start(config, LogIngestionJob::build, 2, Map.of());
    CannedUploads before = new CannedUploads(prefix, 43, 400);
    await().atMost(LIMIT).until(() -> stored().equals(before.files));
    awaitCommitted(prefix, before);
    long written = written(prefix);

    postgres.stop();
    JobRuns.produce(broker.bootstrap(), uploads.records.subList(400, 1_000));
    // The job comes to rows that it can't put into the table.
    await().atMost(LIMIT).until(() -> written(prefix) > written);
    postgres.startAgain();

    await().atMost(LIMIT).until(() -> stored().equals(uploads.files));
    awaitCommitted(prefix, uploads);
    job.cancel().get();
    assertCatalogue(prefix, uploads);
  }

  @Test
  void rowThatPostgresRefuses_isADeadLetter_andTheOthersAreThere() throws Exception {
    String prefix = "refused.";
    JobConfig config = prepared(prefix, true);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String name : List.of("cat.png", "c\\u0000t.png", "dog.png")) {
      String json =
          String.format(
              "{\"mediaId\":\"%d\",\"at\":%d,\"sha256\":\"%064x\",\"sizeBytes\":1,"
                  + "\"contentType\":\"image/png\",\"location\":\"s3://media/x\","
                  + "\"fileName\":\"%s\"}",
              records.size(), CannedLogs.START, 7, name);
      records.add(new ProducerRecord<>(prefix + Topics.MEDIA_UPLOADS.name(), json.getBytes(UTF_8)));
    }
    JobRuns.produce(broker.bootstrap(), records);

    JobRuns.run(config, new TestEndpoints(config, 0), LogIngestionJob::build, 2, "hashmap");

    assertThat(rows(prefix + "log-ingestion.media")).hasSize(3);
    assertThat(stored().keySet()).containsExactly("0", "2");
    assertThat(column("SELECT sha256 || ' ' || files FROM media_contents"))
        .as("contents, each once")
        .containsExactly(String.format("%064x 2", 7));
    JsonNode letter = rows(prefix + "media.uploads.dlq").get(0);
    assertThat(letter.get("stage").asText() + " " + letter.get("reason").asText())
        .isEqualTo("sink refused-by-store");
    assertThat(new String(Base64.getDecoder().decode(letter.get("value").asText()), UTF_8))
        .contains("c\\u0000t.png");
  }

  private static void awaitCommitted(String prefix, CannedUploads uploads) {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                rows(prefix + "log-ingestion.media").size() >= uploads.catalogued.size()
                    && rows(prefix + "media.uploads.dlq").size() >= uploads.refused.size());
  }

  /** How far the topic of the catalogue is written, committed or not. */
  private static long written(String prefix) throws Exception {
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      return admin.ends(admin.partitions(List.of(prefix + "log-ingestion.media"))).values().stream()
          .mapToLong(Long::longValue)
          .sum();
    }
  }

  private static void assertCatalogue(String prefix, CannedUploads uploads) throws Exception {
    List<String> published = new ArrayList<>();
    for (JsonNode row : rows(prefix + "log-ingestion.media")) {
      published.add(row.get("mediaId").asText() + " " + row.get("version").asText());
    }
    assertThat(published).containsExactlyInAnyOrderElementsOf(uploads.catalogued);
    assertThat(stored()).isEqualTo(uploads.files);
    List<String> reasons = new ArrayList<>();
    for (JsonNode letter : rows(prefix + "media.uploads.dlq")) {
      reasons.add(letter.get("reason").asText());
    }
    assertThat(reasons).containsExactlyInAnyOrderElementsOf(uploads.refused);
  }

  private static List<JsonNode> rows(String topic) throws Exception {
    return TopicReader.committed(broker.bootstrap(), topic);
  }

  /** What the table has: of each file its version, digest, uploader and whether it is deleted. */
  private static Map<String, String> stored() throws SQLException {
    Map<String, String> stored = new TreeMap<>();
    for (String row :
        column(
            "SELECT concat_ws(' ', media_id, version, sha256, uploaded_by, body->>'deleted')"
                + " FROM media_files WHERE deleted = (body->>'deleted')::boolean")) {
      int end = row.indexOf(' ');
      stored.put(row.substring(0, end), row.substring(end + 1));
    }
    return stored;
  }

  private static List<String> column(String sql) throws SQLException {
    String url = String.format("jdbc:postgresql://%s/%s", postgres.address(), postgres.database());
    Properties properties = new Properties();
    properties.setProperty("user", postgres.user());
    List<String> rows = new ArrayList<>();
    try (Connection connection = new Driver().connect(url, properties);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        rows.add(found.getString(1));
      }
    }
    return rows;
  }
}
