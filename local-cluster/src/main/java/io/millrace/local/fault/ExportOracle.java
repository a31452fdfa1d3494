package io.millrace.local.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.files.FileRecorded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What file export must leave of the rows of {@link ExportTrial}: of each window one file with all
 * its rows in their order, its sum, its acknowledgement and its row in the topic of files, all of
 * which tell the same; and nothing else in the directory.
 *
 * <p><b>Space</b>: every row that was fed.
 */
final class ExportOracle extends LedgerOracle<FileRecorded> {
  private static final String ACK = ".ack";
  private static final String SUM = ".sha256";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Comparator<Row> IN_ORDER =
      Comparator.<Row>comparingLong(Row::at)
          .thenComparingInt(row -> row.id().producer())
          .thenComparingInt(row -> row.id().sequence());

  private final JsonCodec<FileRecorded> codec = Topics.FILE_INGESTION_RECORDS.codec();
  private final Path files;
  private final Map<Long, Map<RecordId, Row>> windows = new TreeMap<>();
  private final List<PublishedRow> published = new ArrayList<>();

  /** A row; each producer has a partition, where what it sends stays in order. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Row(RecordId id, long at, byte[] json) {}

  /**
   * Of that ledger.
   *
   * @param files the directory of the files
   */
  ExportOracle(Ledger ledger, Path files) {
    super(
        ledger,
        new Lanes<>(
            FileRecorded.class,
            Topics.FILE_EXPORT_LATE.name(),
            "",
            Topics.FILE_EXPORT_ROWS_DLQ.name()),
        ExportTrial.WINDOW_MILLIS,
        ExportTrial.OUT_OF_ORDERNESS_MILLIS);
    this.files = files;
  }

  private static long windowStart(FileRecorded row) {
    return Math.floorDiv(row.at(), ExportTrial.WINDOW_MILLIS) * ExportTrial.WINDOW_MILLIS;
  }

  @Override
  void count(RecordId id, FileRecorded row) {
    windows
        .computeIfAbsent(windowStart(row), unused -> new HashMap<>())
        .put(id, new Row(id, row.at(), codec.encode(row)));
  }

  @Override
  void takeBack(RecordId id, FileRecorded row) {
    windows.getOrDefault(windowStart(row), Map.of()).remove(id);
  }

  @Override
  List<PublishedRow> expected(long watermark) {
    List<PublishedRow> expected = new ArrayList<>();
    windows.forEach(
        (start, rows) -> {
          long end = start + ExportTrial.WINDOW_MILLIS;
          if (end - 1 <= watermark && !rows.isEmpty()) {
            expected.addAll(expected(name(start, end), rows));
          }
        });
    return expected;
  }

  private static List<PublishedRow> expected(String name, Map<RecordId, Row> rows) {
    MessageDigest digest = sha256();
    long bytes = 0;
    for (Row row : rows.values().stream().sorted(IN_ORDER).toList()) {
      digest.update(row.json());
      digest.update((byte) '\n');
      bytes += row.json().length + 1;
    }
    String sum = HexFormat.of().formatHex(digest.digest());
    String content = content(rows.size(), bytes, sum);
    return List.of(
        new PublishedRow("row of file " + name, content),
        new PublishedRow("file " + name, content),
        new PublishedRow("acknowledgement of file " + name, content),
        new PublishedRow("sum of file " + name, sum + "  " + name));
  }

  private static String name(long start, long end) {
    return Topics.FILE_INGESTION_RECORDS.name()
        + "-"
        + SECONDS.format(Instant.ofEpochMilli(start))
        + "-"
        + SECONDS.format(Instant.ofEpochMilli(end))
        + ".jsonl";
  }

  @Override
  void result(String topic, JsonNode row) {
    published.add(
        topic.equals(Topics.FILE_EXPORT_FILES.name())
            ? new PublishedRow("row of file " + row.path("file").asText(), content(row))
            : new PublishedRow("a row of " + topic, row.toString()));
  }

  @Override
  List<PublishedRow> results() {
    List<PublishedRow> results = new ArrayList<>(published);
    try (DirectoryStream<Path> found = Files.newDirectoryStream(files)) {
      for (Path each : found) {
        results.add(found(each));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the directory of the files can't be read", e);
    }
    return results;
  }

  private static PublishedRow found(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      // It gets another name at this moment, so that the job is not through.
      return new PublishedRow("unfinished file " + name, "");
    }
    if (name.endsWith(ACK)) {
      return new PublishedRow(
          "acknowledgement of file " + name.substring(0, name.length() - ACK.length()),
          content(JSON.readTree(bytes)));
    } else if (name.endsWith(SUM)) {
      return new PublishedRow(
          "sum of file " + name.substring(0, name.length() - SUM.length()),
          new String(bytes, UTF_8).stripTrailing());
    }
    long rows = 0;
    for (byte each : bytes) {
      rows += each == '\n' ? 1 : 0;
    }
    return new PublishedRow("file " + name, content(rows, bytes.length, sha256(bytes)));
  }

  private static String content(JsonNode said) {
    return content(
        said.path("rows").asLong(), said.path("bytes").asLong(), said.path("sha256").asText());
  }

  private static String content(long rows, long bytes, String sum) {
    return rows + " rows, " + bytes + " bytes, SHA-256 " + sum;
  }
}
