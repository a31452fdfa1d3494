package io.millrace.local.retention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.logs.LineArchived;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/** The lines that log ingestion has archived, as its lists say and its files have. */
public final class LogArchive {
  private static final String PARQUET = ".parquet";
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonCodec<LineArchived> ROWS = JsonCodec.of(LineArchived.class);

  /** More letters than one, so that no drive is taken for it. */
  private static final Pattern ADDRESS = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:/");

  private final FileSystem files;
  private final Path root;
  private final ParquetRows parquet;
  private final Map<LocalDate, OffsetRanges> read = new HashMap<>();

  private LogArchive(FileSystem files, Path root, ParquetRows parquet) {
    this.files = files;
    this.root = root;
    this.parquet = parquet;
  }

  /** Reads files of Parquet. */
  @FunctionalInterface
  public interface ParquetRows {
    /**
     * Reads the rows of a file, as lines of JSON.
     *
     * @param line is told of each
     * @throws IOException where it can't be read, or is damaged
     */
    void read(Path file, Consumer<String> line) throws IOException;
  }

  /**
   * The archive of a deployment.
   *
   * @param directory what the job was given as {@code archive}: a directory of this machine, or an
   *     address such as {@code s3://bucket/logs} of a file system that Flink has here
   * @param topicPrefix what the deployment puts before the names of topics
   * @param parquet reads files that are Parquet
   * @throws IllegalArgumentException where nothing was archived there
   * @throws IOException where that can't be read
   */
  public static LogArchive at(String directory, String topicPrefix, ParquetRows parquet)
      throws IOException {
    Path root =
        new Path(
            ADDRESS.matcher(directory).lookingAt()
                ? new Path(directory)
                : new Path(java.nio.file.Path.of(directory).toAbsolutePath().toUri()),
            topicPrefix + "logs.raw");
    FileSystem files = root.getFileSystem();
    if (!isDirectory(files, root)) {
      throw new IllegalArgumentException(
          root + " is no directory of an archive; give --archive what log ingestion has");
    }
    return new LogArchive(files, root, parquet);
  }

  private static boolean isDirectory(FileSystem files, Path path) throws IOException {
    try {
      return files.getFileStatus(path).isDir();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /**
   * The offsets of all rows of a day, once each file that is listed has been found to be what its
   * list says. Files without a list are not finished, and don't count.
   *
   * @throws IOException where a file is not what its list says; the message names it
   */
  OffsetRanges offsets(LocalDate day) throws IOException {
    OffsetRanges known = read.get(day);
    if (known != null) {
      return known;
    }
    OffsetRanges offsets = new OffsetRanges();
    Path lists = new Path(root, "_manifest/day=" + day);
    if (isDirectory(files, lists)) {
      FileStatus[] all = files.listStatus(lists);
      Arrays.sort(all, Comparator.comparing(each -> each.getPath().getName()));
      for (FileStatus list : all) {
        if (list.getPath().getName().endsWith(".json")) {
          JsonNode listed = json(list.getPath());
          read(new Path(root, listed.path("file").asText()), listed, offsets);
        }
      }
    }
    read.put(day, offsets);
    return offsets;
  }

  private JsonNode json(Path file) throws IOException {
    try (InputStream in = files.open(file)) {
      return JSON.readTree(in);
    }
  }

  private void read(Path file, JsonNode listed, OffsetRanges offsets) throws IOException {
    MessageDigest digest = sha256();
    Rows rows = new Rows(offsets);
    try (InputStream in = new DigestInputStream(files.open(file), digest)) {
      if (file.getName().endsWith(PARQUET)) {
        in.transferTo(OutputStream.nullOutputStream());
      } else {
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          rows.accept(line);
        }
      }
    } catch (FileNotFoundException e) {
      throw new IOException(file + " is listed but not there; bring it back from a copy", e);
    }
    String found = HexFormat.of().formatHex(digest.digest());
    boolean isSame = found.equals(listed.path("sha256").asText());
    if (isSame && file.getName().endsWith(PARQUET)) {
      parquet.read(file, rows);
    }
    RejectedException rejected = rows.rejected;
    if (rejected != null) {
      throw changed(
          file, "row " + rows.count + " is no archived line: " + rejected.getMessage(), rejected);
    }
    if (!isSame || rows.count != listed.path("rows").asLong()) {
      throw changed(
          file,
          String.format(
              "it has %d rows and SHA-256 %s, its list says %d and %s",
              rows.count, found, listed.path("rows").asLong(), listed.path("sha256").asText()),
          null);
    }
  }

  /** Takes rows, up to the first that is none. */
  private static final class Rows implements Consumer<String> {
    private final OffsetRanges offsets;
    private long count;
    private @Nullable RejectedException rejected;

    Rows(OffsetRanges offsets) {
      this.offsets = offsets;
    }

    @Override
    public void accept(String line) {
      if (rejected != null) {
        return;
      }
      count++;
      try {
        LineArchived row = ROWS.decode(line.getBytes(StandardCharsets.UTF_8));
        offsets.add(row.topic() + ":" + row.partition(), row.offset());
      } catch (RejectedException e) {
        rejected = e;
      }
    }
  }

  private static IOException changed(Path file, String how, @Nullable Throwable cause) {
    return new IOException(
        file + " is not as it was archived: " + how + "; bring it back from a copy", cause);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * What is known of an index that was deleted.
   *
   * @param documents how many documents it had
   * @param made when it was made, in milliseconds since the epoch
   */
  record Cold(long documents, long made) {}

  /** What is known of an index; null where it never was to be deleted. */
  @Nullable Cold cold(String index) throws IOException {
    Path note = note(index);
    if (!files.exists(note)) {
      return null;
    }
    JsonNode noted = json(note);
    return new Cold(noted.path("documents").asLong(), noted.path("made").asLong());
  }

  /** Notes that an index is deleted, with the most documents that it ever had. */
  void noteCold(String index, Cold cold) throws IOException {
    Cold before = cold(index);
    long documents =
        before == null ? cold.documents() : Math.max(before.documents(), cold.documents());
    try (OutputStream out = files.create(note(index), WriteMode.OVERWRITE)) {
      out.write(
          JSON.writeValueAsBytes(
              JSON.createObjectNode()
                  .put("index", index)
                  .put("documents", documents)
                  .put("made", cold.made())));
    }
  }

  private Path note(String index) {
    return new Path(root, "_cold/" + index + ".json");
  }
}
