package io.millrace.job.files;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.millrace.local.store.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;

/** The whole job on a real broker and database, with a failure in the middle of a file. */
class FileIngestionJobITCase {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final int ROWS = 30_000;
  private static final int FAIL_AT = 20_000;

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

  /** Files of every format; to each the records and the rows refused that it must come to. */
  private final Map<String, List<String>> records = new TreeMap<>();

  private final Map<String, Integer> refused = new TreeMap<>();

  private void write(Path files) throws Exception {
    StringBuilder csv = new StringBuilder("id,note\n");
    StringBuilder lines = new StringBuilder();
    StringBuilder array = new StringBuilder("[");
    StringBuilder xml = new StringBuilder("<all>");
    for (int row = 1; row <= ROWS; row++) {
      boolean isPoor = row % 1_000 == 0;
      csv.append(row).append(isPoor ? "\n" : ",\"a\nb\"\n");
      lines.append(isPoor ? "?" : "{\"id\":" + row + "}").append('\n');
      array.append(row == 1 ? "" : ",").append(isPoor ? "7" : "{\"id\":" + row + "}");
      xml.append("<record><id>").append(row).append("</id></record>");
      for (String name : List.of("a.csv", "a.jsonl", "a.json", "a.xml", "cut.xml")) {
        if (isPoor && !name.endsWith("xml")) {
          refused.merge(name, 1, Integer::sum);
        } else {
          records.computeIfAbsent(name, unused -> new ArrayList<>()).add(row + " " + row);
        }
      }
    }
    refused.put("a.xml", 0);
    refused.put("cut.xml", 1);
    Files.writeString(files.resolve("a.csv"), csv);
    Files.writeString(files.resolve("a.jsonl"), lines);
    Files.writeString(files.resolve("a.json"), array + "]");
    Files.writeString(files.resolve("a.xml"), xml + "</all>");
    Files.writeString(files.resolve("cut.xml"), xml + "<rec");
    Files.writeString(files.resolve("b.csv.part"), "id\n1\n");
  }

  @Test
  void files_withAFailureInTheMiddle_areTakenInOnceRowByRow() throws Exception {
    Path files = Files.createDirectories(directory.resolve("in"));
    write(files);
    String address =
        String.format(
            "postgresql://%s:@%s/%s", postgres.user(), postgres.address(), postgres.database());
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--create-topics",
              "true",
              "--bounded",
              "true",
              "--postgres",
              address,
              "--location",
              "file:" + files.toAbsolutePath(),
              "--stable-for",
              "200ms"
            },
            FileIngestionJob.JOB);
    KafkaTopics.prepare(config.configuration(), FileIngestionJob.JOB.topics());
    PostgresSchema.prepare(
        config.configuration().set(StoreOptions.CREATE_TABLES, true),
        List.of(FileManifest.FILES),
        FileManifest.class,
        FileManifest.SCRIPT.file());

    FailingOnce.arm();
    JobRuns.run(config, new TestEndpoints(config, FAIL_AT), FileIngestionJob::build, 2, "hashmap");

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    Map<String, List<String>> read = new TreeMap<>();
    for (JsonNode row : committed("file-ingestion.records")) {
      read.computeIfAbsent(row.get("file").asText(), unused -> new ArrayList<>())
          .add(row.get("row").asText() + " " + row.get("fields").get("id").asText());
      assertThat(row.get("recordId").asText())
          .isEqualTo(row.get("fileId").asText() + ":" + row.get("row").asText());
    }
    read.values().forEach(rows -> rows.sort(null));
    records.values().forEach(rows -> rows.sort(null));
    assertThat(read).isEqualTo(records);

    Map<String, Integer> letters = new TreeMap<>(Map.of("a.xml", 0));
    for (JsonNode letter : committed("file-ingestion.rows.dlq")) {
      letters.merge(letter.get("topic").asText(), 1, Integer::sum);
    }
    assertThat(letters).isEqualTo(refused);
    assertManifest();
  }

  private void assertManifest() throws Exception {
    List<String> expected = new ArrayList<>();
    records.forEach(
        (file, rows) -> {
          int out = rows.size();
          int poor = refused.getOrDefault(file, 0);
          String state = file.equals("cut.xml") ? "damaged" : "complete";
          expected.add(
              String.join(
                  " ",
                  file,
                  state,
                  String.valueOf(out + poor),
                  String.valueOf(out),
                  String.valueOf(poor)));
        });
    List<String> published = new ArrayList<>();
    for (JsonNode row : committed("file-ingestion.files")) {
      if (row.get("revision").asLong() == 1) {
        published.add(
            String.join(
                " ",
                row.get("file").asText(),
                row.get("state").asText(),
                row.get("rowsIn").asText(),
                row.get("rowsOut").asText(),
                row.get("deadLetters").asText()));
      }
    }
    assertThat(published).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(stored()).isEqualTo(expected);
  }

  private static List<String> stored() throws Exception {
    String url = String.format("jdbc:postgresql://%s/%s", postgres.address(), postgres.database());
    Properties properties = new Properties();
    properties.setProperty("user", postgres.user());
    List<String> rows = new ArrayList<>();
    try (Connection connection = new Driver().connect(url, properties);
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT concat_ws(' ', file, state, rows_in, rows_out, dead_letters)"
                    + " FROM ingested_files ORDER BY file COLLATE \"C\"")) {
      while (found.next()) {
        rows.add(found.getString(1));
      }
    }
    return rows;
  }

  private static List<JsonNode> committed(String topic) throws Exception {
    return TopicReader.committed(broker.bootstrap(), topic);
  }
}
