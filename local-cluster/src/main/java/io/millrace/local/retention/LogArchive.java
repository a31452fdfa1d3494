package io.millrace.local.retention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.logs.LineArchived;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The lines that log ingestion has archived, as its lists say and its files have. */
public final class LogArchive {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonCodec<LineArchived> ROWS = JsonCodec.of(LineArchived.class);

  private final Path root;
  private final Map<LocalDate, OffsetRanges> read = new HashMap<>();

  private LogArchive(Path root) {
    this.root = root;
  }

  /**
   * The archive of a deployment.
   *
   * @param directory what the job was given as {@code archive}
   * @param topicPrefix what the deployment puts before the names of topics
   * @throws IllegalArgumentException where nothing was archived there
   */
  public static LogArchive at(Path directory, String topicPrefix) {
    Path root = directory.resolve(topicPrefix + "logs.raw");
    if (!Files.isDirectory(root)) {
      throw new IllegalArgumentException(
          root + " is no directory of an archive; give --archive what log ingestion has");
    }
    return new LogArchive(root);
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
    Path lists = root.resolve("_manifest").resolve("day=" + day);
    if (Files.isDirectory(lists)) {
      List<Path> all;
      try (Stream<Path> found = Files.list(lists)) {
        all = found.filter(each -> each.toString().endsWith(".json")).sorted().toList();
      }
      for (Path list : all) {
        JsonNode listed = JSON.readTree(list.toFile());
        read(root.resolve(listed.path("file").asText()), listed, offsets);
      }
    }
    read.put(day, offsets);
    return offsets;
  }

  private static void read(Path file, JsonNode listed, OffsetRanges offsets) throws IOException {
    MessageDigest digest = sha256();
    long rows = 0;
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        LineArchived row = ROWS.decode(line.getBytes(StandardCharsets.UTF_8));
        offsets.add(row.topic() + ":" + row.partition(), row.offset());
        rows++;
      }
    } catch (NoSuchFileException e) {
      throw new IOException(file + " is listed but not there; bring it back from a copy", e);
    } catch (RejectedException e) {
      throw changed(file, "row " + (rows + 1) + " is no archived line: " + e.getMessage(), e);
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (rows != listed.path("rows").asLong() || !found.equals(listed.path("sha256").asText())) {
      throw changed(
          file,
          String.format(
              "it has %d rows and SHA-256 %s, its list says %d and %s",
              rows, found, listed.path("rows").asLong(), listed.path("sha256").asText()),
          null);
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
    if (!Files.exists(note)) {
      return null;
    }
    JsonNode noted = JSON.readTree(note.toFile());
    return new Cold(noted.path("documents").asLong(), noted.path("made").asLong());
  }

  /** Notes that an index is deleted, with the most documents that it ever had. */
  void noteCold(String index, Cold cold) throws IOException {
    Cold before = cold(index);
    long documents =
        before == null ? cold.documents() : Math.max(before.documents(), cold.documents());
    Path note = note(index);
    Files.createDirectories(note.getParent());
    Files.write(
        note,
        JSON.writeValueAsBytes(
            JSON.createObjectNode()
                .put("index", index)
                .put("documents", documents)
                .put("made", cold.made())));
  }

  private Path note(String index) {
    return root.resolve("_cold").resolve(index + ".json");
  }
}
