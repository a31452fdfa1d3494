package io.millrace.job.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.job.GoldenCase;
import io.millrace.job.GoldenSavepoint;
import io.millrace.job.GoldenSavepoints;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.TopicReader;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.files.FileRecorded;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The savepoints of file ingestion and file export. */
class GoldenFilesITCase extends GoldenSavepoints {
  GoldenFilesITCase() {
    super(List.of(new Directory(), new Windows()));
  }

  /**
   * Between files: some are read and must not be read again, although they are there and have
   * another time; then there are new ones, one of them under a name that was there. In the middle
   * of a file a transaction of Kafka is always open, which no other broker could commit: where
   * reading goes on in a file is for {@code FileIngestionJobITCase}.
   */
  private static final class Directory implements GoldenCase {
    private static final int ROWS = 120;
    private static final int POOR_ONE_OF = 40;
    private static final String IN = "in";

    @Override
    public String directory() {
      return "file-ingestion";
    }

    @Override
    public JobDescription job() {
      return FileIngestionJob.JOB;
    }

    @Override
    public JobLauncher.Graph graph() {
      return FileIngestionJob::build;
    }

    @Override
    public Map<String, String> options() {
      return new TreeMap<>(Map.of("poll", "200ms", "stable-for", "200ms"));
    }

    @Override
    public int read() {
      return 0;
    }

    @Override
    public List<String> kept() {
      return List.of("file-ingestion.records", "file-ingestion.files", "file-ingestion.rows.dlq");
    }

    @Override
    public Map<String, String> place(Path directory) throws Exception {
      Path in = Files.createDirectories(directory.resolve(IN));
      Files.writeString(in.resolve("a.csv"), csv(ROWS));
      Files.writeString(in.resolve("a.jsonl"), jsonLines(ROWS));
      return Map.of("location", "file:" + in.toAbsolutePath());
    }

    @Override
    public void placeMore(Path directory) throws Exception {
      Path in = directory.resolve(IN);
      Path again = in.resolve("a.csv");
      Files.setLastModifiedTime(
          again, FileTime.fromMillis(Files.getLastModifiedTime(again).toMillis() + 60_000));
      Path written = Files.writeString(directory.resolve("new.jsonl"), jsonLines(2 * ROWS));
      Files.move(written, in.resolve("a.jsonl"), StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(in.resolve("b.csv"), csv(ROWS));
    }

    private static String csv(int rows) {
      StringBuilder csv = new StringBuilder("id,note\n");
      for (int row = 1; row <= rows; row++) {
        csv.append(row).append(isPoor(row) ? "\n" : ",\"a\nb\"\n");
      }
      return csv.toString();
    }

    private static String jsonLines(int rows) {
      StringBuilder lines = new StringBuilder();
      for (int row = 1; row <= rows; row++) {
        lines.append(isPoor(row) ? "?" : "{\"id\":" + row + "}").append('\n');
      }
      return lines.toString();
    }

    private static boolean isPoor(int row) {
      return row % POOR_ONE_OF == 0;
    }

    private static void expect(String file, int rows, List<String> expected) {
      int poor = 0;
      for (int row = 1; row <= rows; row++) {
        if (isPoor(row)) {
          poor++;
          expected.add("refused " + file);
        } else {
          expected.add("record " + file + " " + row + " " + row);
        }
      }
      expected.add("file " + file + " complete " + rows + " " + (rows - poor) + " " + poor);
    }

    private static List<String> expectedBefore() {
      List<String> expected = new ArrayList<>();
      expect("a.csv", ROWS, expected);
      expect("a.jsonl", ROWS, expected);
      return expected;
    }

    @Override
    public Input input(GoldenSavepoint.Taken taken, String prefix) {
      List<String> expected = expectedBefore();
      expect("a.jsonl", 2 * ROWS, expected);
      expect("b.csv", ROWS, expected);
      return new Input(List.of(), List.of(), expected);
    }

    @Override
    public boolean isThrough(List<String> published) {
      return published.size() >= expectedBefore().size();
    }

    @Override
    public List<String> published(String bootstrap, String prefix) throws IOException {
      List<String> lines = new ArrayList<>();
      for (JsonNode row : TopicReader.committed(bootstrap, prefix + "file-ingestion.records")) {
        lines.add(
            String.join(
                " ",
                "record",
                row.get("file").asText(),
                row.get("row").asText(),
                row.get("fields").get("id").asText()));
      }
      for (JsonNode row : TopicReader.committed(bootstrap, prefix + "file-ingestion.files")) {
        if (row.get("revision").asLong() == 1) {
          lines.add(
              String.join(
                  " ",
                  "file",
                  row.get("file").asText(),
                  row.get("state").asText(),
                  row.get("rowsIn").asText(),
                  row.get("rowsOut").asText(),
                  row.get("deadLetters").asText()));
        }
      }
      for (JsonNode letter : TopicReader.committed(bootstrap, prefix + "file-ingestion.rows.dlq")) {
        lines.add("refused " + letter.get("topic").asText());
      }
      return lines;
    }
  }

  /**
   * File export between two windows: the files of some are released and must stay so, the rows of
   * the next one are in state, and there are more to come.
   */
  private static final class Windows implements GoldenCase {
    private static final long START = 1_769_850_000_000L;
    private static final long WINDOW_MILLIS = 600_000;
    private static final int PARTITIONS = 4;

    /** Of a window, the same number from each partition. */
    private static final int ROWS = 12 * PARTITIONS;

    private static final int READ = 2 * ROWS + ROWS / 2;
    private static final int ALL = 4 * ROWS;
    private static final String TOPIC = "file-ingestion.records";
    private static final String FILES = "file-export.files";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JsonCodec<FileRecorded> codec = Topics.FILE_INGESTION_RECORDS.codec();

    /** Of the run: files that were released before a savepoint are in that of another one. */
    private Path out = Path.of("out");

    @Override
    public String directory() {
      return "file-export";
    }

    @Override
    public JobDescription job() {
      return FileExportJob.JOB;
    }

    @Override
    public JobLauncher.Graph graph() {
      return FileExportJob::build;
    }

    @Override
    public Map<String, String> options() {
      return new TreeMap<>(Map.of("window", "10m", "max-out-of-orderness", "1s"));
    }

    @Override
    public int read() {
      return READ;
    }

    @Override
    public List<String> kept() {
      return List.of(FILES);
    }

    @Override
    public Map<String, String> place(Path directory) throws Exception {
      out = Files.createDirectories(directory.resolve("out"));
      return Map.of("location", "file:" + out.toAbsolutePath());
    }

    private FileRecorded row(int row) {
      return new FileRecorded(
          "f:" + row,
          "f",
          "orders.csv",
          row + 1L,
          START + row * (WINDOW_MILLIS / ROWS),
          Map.of("orderId", "o-" + row));
    }

    private List<ProducerRecord<byte[], byte[]>> records(int from, int to, String prefix) {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int row = from; row < to; row++) {
        byte[] value = codec.encode(row(row));
        records.add(new ProducerRecord<>(prefix + TOPIC, row % PARTITIONS, null, value));
      }
      return records;
    }

    /** A window's rows are those of its file, in their order, which their times alone give. */
    private String expected(int window) throws Exception {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long bytes = 0;
      for (int row = window * ROWS; row < (window + 1) * ROWS; row++) {
        byte[] line = codec.encode(row(row));
        digest.update(line);
        digest.update((byte) '\n');
        bytes += line.length + 1;
      }
      return String.join(
          " ",
          String.valueOf(START + window * WINDOW_MILLIS),
          String.valueOf(ROWS),
          String.valueOf(bytes),
          HexFormat.of().formatHex(digest.digest()));
    }

    @Override
    public Input input(GoldenSavepoint.Taken taken, String prefix) throws Exception {
      // The rows of the last window bring the watermark past the one before; it stays open.
      List<String> expected = new ArrayList<>();
      for (int window = 0; window < ALL / ROWS - 1; window++) {
        expected.add(expected(window));
        if (window >= taken.read() / ROWS) {
          expected.add("released " + expected(window));
        }
      }
      return new Input(
          records(0, taken.read(), prefix), records(taken.read(), ALL, prefix), expected);
    }

    @Override
    public boolean isThrough(List<String> published) {
      return published.size() == 2 * (READ / ROWS);
    }

    @Override
    public List<String> published(String bootstrap, String prefix) throws IOException {
      List<String> lines = new ArrayList<>();
      for (JsonNode row : TopicReader.committed(bootstrap, prefix + FILES)) {
        lines.add(line(row));
      }
      try (DirectoryStream<Path> acknowledged = Files.newDirectoryStream(out, "*.ack")) {
        for (Path each : acknowledged) {
          JsonNode ack = JSON.readTree(each.toFile());
          assertThat(out.resolve(ack.get("name").asText())).hasSize(ack.get("bytes").asLong());
          lines.add("released " + line(ack));
        }
      }
      return lines;
    }

    private static String line(JsonNode file) {
      return String.join(
          " ",
          file.get("windowStart").asText(),
          file.get("rows").asText(),
          file.get("bytes").asText(),
          file.get("sha256").asText());
    }
  }
}
