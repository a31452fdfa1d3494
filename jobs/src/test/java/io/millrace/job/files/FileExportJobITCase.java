package io.millrace.job.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.FailingOnce;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.store.LocalFileServer;
import io.millrace.local.store.LocalFileServer.Protocol;
import io.millrace.schema.Topics;
import io.millrace.schema.files.FileRecorded;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The whole job on a real broker, into a directory and to real servers of SFTP and FTP, with a
 * failure between a file and its acknowledgement.
 */
class FileExportJobITCase {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final long START = 1_769_850_000_000L;
  private static final int ROWS = 12_000;
  private static final int WINDOWS = 24;
  private static final long WINDOW_MILLIS = 600_000;

  /** The file of a task before which it fails: written, and not released. */
  private static final int FAIL_AT = 4;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private static Path directory;

  private static LocalBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static long at(int row) {
    return START + row * (WINDOWS * WINDOW_MILLIS / ROWS);
  }

  /** Records in no order, and one that is none. */
  private static void produce(String topic) throws Exception {
    var codec = Topics.FILE_INGESTION_RECORDS.codec();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      Map<String, String> fields = new TreeMap<>(Map.of("id", "o-" + row, "note", "a, \"b\"\n"));
      byte[] value =
          codec.encode(new FileRecorded("f:" + row, "f", "orders.csv", row + 1L, at(row), fields));
      records.add(new ProducerRecord<>(topic, row % 4, null, value));
    }
    Collections.shuffle(records, new Random(7));
    records.add(new ProducerRecord<>(topic, "{\"recordId\":".getBytes(UTF_8)));
    JobRuns.produce(broker.bootstrap(), records);
  }

  @ParameterizedTest
  @CsvSource({"rocksdb, directory", "hashmap, SFTP", "rocksdb, FTP"})
  void rows_withAFailureBeforeTheAcknowledgement_areInOneWholeFileEach(String state, String place)
      throws Exception {
    if (place.equals("directory")) {
      Path files = Files.createDirectories(directory.resolve(place));
      assertExported(place, state, files, List.of("--location", "file:" + files.toAbsolutePath()));
      return;
    }
    try (LocalFileServer server =
        LocalFileServer.start(Protocol.valueOf(place), directory.resolve(place))) {
      assertExported(
          place,
          state,
          server.files(),
          List.of(
              "--location", server.address(), "--credentials", server.credentials().toString()));
    }
  }

  private static void assertExported(String name, String state, Path files, List<String> place)
      throws Exception {
    String prefix = name + ".";
    List<String> options =
        new ArrayList<>(
            List.of(
                "--bootstrap",
                broker.bootstrap(),
                "--create-topics",
                "true",
                "--topic-prefix",
                prefix,
                "--job-name",
                "export-" + name,
                "--bounded",
                "true",
                "--max-out-of-orderness",
                "30d",
                "--window",
                "10m",
                "--files-per-window",
                "2",
                "--format",
                "csv",
                "--columns",
                "row,at,fields.id,fields.note",
                "--gzip",
                "true"));
    options.addAll(place);
    JobConfig config = JobConfig.parse(options.toArray(String[]::new), FileExportJob.JOB);
    KafkaTopics.prepare(config.configuration(), FileExportJob.JOB.topics());
    produce(prefix + "file-ingestion.records");

    FailingOnce.arm();
    JobRuns.run(config, new TestEndpoints(config, FAIL_AT), FileExportJob::build, 2, state);

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    Map<String, JsonNode> manifest = new TreeMap<>();
    for (JsonNode row : TopicReader.committed(broker.bootstrap(), prefix + "file-export.files")) {
      assertThat(manifest.put(row.get("file").asText(), row)).as("listed once").isNull();
      assertThat(row.get("topic").asText()).isEqualTo("file-ingestion.records");
    }
    assertThat(manifest).hasSize(2 * WINDOWS);
    assertFiles(files, manifest);
    assertThat(TopicReader.committed(broker.bootstrap(), prefix + "file-export.late")).isEmpty();
    assertThat(TopicReader.committed(broker.bootstrap(), prefix + "file-export.rows.dlq"))
        .singleElement()
        .satisfies(letter -> assertThat(letter.get("reason").asText()).isEqualTo("truncated"))
        .satisfies(
            letter ->
                assertThat(letter.get("topic").asText())
                    .isEqualTo(prefix + "file-ingestion.records"));
  }

  private static void assertFiles(Path files, Map<String, JsonNode> manifest) throws Exception {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(files)) {
      found.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
    List<String> expected = new ArrayList<>();
    boolean[] seen = new boolean[ROWS];
    for (Map.Entry<String, JsonNode> listed : manifest.entrySet()) {
      String name = listed.getKey();
      expected.addAll(List.of(name, name + ".ack", name + ".sha256"));
      byte[] content = Files.readAllBytes(files.resolve(name));
      String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
      assertThat(files.resolve(name + ".sha256")).hasContent(sum + "  " + name + "\n");
      JsonNode ack = JSON.readTree(files.resolve(name + ".ack").toFile());
      assertThat(ack.get("name").asText()).isEqualTo(name);
      assertThat(ack.get("sha256").asText()).isEqualTo(sum);
      assertThat(ack.get("bytes").asLong()).isEqualTo(content.length);
      for (String field : List.of("rows", "bytes", "sha256", "windowStart", "windowEnd")) {
        assertThat(ack.get(field)).as(field).isEqualTo(listed.getValue().get(field));
      }
      long rows = 0;
      long before = Long.MIN_VALUE;
      for (String line : text(files.resolve(name)).split("\r\n", -1)) {
        if (line.isEmpty() || line.startsWith("row,")) {
          continue;
        }
        String[] cells = line.split(",", 4);
        int row = Integer.parseInt(cells[0]) - 1;
        long at = Long.parseLong(cells[1]);
        assertThat(at).isEqualTo(at(row)).isGreaterThanOrEqualTo(before);
        assertThat(at)
            .isBetween(ack.get("windowStart").asLong(), ack.get("windowEnd").asLong() - 1);
        assertThat(cells[2]).isEqualTo("o-" + row);
        assertThat(cells[3]).isEqualTo("\"a, \"\"b\"\"\n\"");
        assertThat(seen[row]).as("row %d is there once", row).isFalse();
        seen[row] = true;
        before = at;
        rows++;
      }
      assertThat(ack.get("rows").asLong()).isEqualTo(rows);
    }
    assertThat(names).as("nothing unfinished is left").hasSameElementsAs(expected);
    assertThat(seen).doesNotContain(false);
  }

  private static String text(Path file) throws Exception {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
