package io.millrace.job.files;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.GoldenCase;
import io.millrace.job.GoldenSavepoint;
import io.millrace.job.GoldenSavepoints;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The savepoints of file ingestion. */
class GoldenFilesITCase extends GoldenSavepoints {
  GoldenFilesITCase() {
    super(List.of(new Directory()));
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
}
