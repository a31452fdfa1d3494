package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is found of {@link SinkPlays} in files that have a row of JSON a line. */
public final class ArchivedPlays {
  private static final Logger LOG = LoggerFactory.getLogger(ArchivedPlays.class);
  private static final String MANIFEST = "_manifest";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final int rows;
  private final JsonCodec<SongPlayed> codec = Topics.LISTENING_PLAYS.codec();
  private final BitSet found = new BitSet();
  private long extra;
  private long checksum;

  private ArchivedPlays(int rows) {
    this.rows = rows;
  }

  /**
   * What is in an archive that is to be complete. Whatever is wrong with it counts as extra, and is
   * logged: a file that is finished and not listed, one that is not what its list says, and sums in
   * {@code _SUCCESS} other than those of the lists.
   *
   * @param directory the archive's directory
   * @param rows how many rows it should have, from number 0
   * @throws IOException where it can't be read
   */
  public static ArchivedPlays inArchive(Path directory, int rows) throws IOException {
    ArchivedPlays plays = new ArchivedPlays(rows);
    Set<String> listed = new TreeSet<>();
    long sum = 0;
    for (Path list : files(directory.resolve(MANIFEST), ".jsonl.json")) {
      JsonNode file = JSON.readTree(list.toFile());
      String name = file.path("file").asText();
      Path content = directory.resolve(name);
      listed.add(name);
      sum += file.path("rows").asLong();
      if (!Files.exists(content)) {
        plays.wrong("%s is listed and not there", name);
        continue;
      }
      long lines = plays.read(content);
      if (lines != file.path("rows").asLong()
          || !sha256(content).equals(file.path("sha256").asText())) {
        plays.wrong("%s is not what its list says", name);
      }
    }
    for (Path file : files(directory, ".jsonl")) {
      String name = directory.relativize(file).toString();
      if (!listed.contains(name)) {
        plays.wrong("%s is finished and not listed", name);
      }
    }
    Path success = directory.resolve("_SUCCESS");
    JsonNode told = Files.exists(success) ? JSON.readTree(success.toFile()) : JSON.nullNode();
    if (told.path("rows").asLong(-1) != sum || told.path("files").asLong() != listed.size()) {
      plays.wrong(
          "_SUCCESS says %s, and %d files with %d rows are listed", told, listed.size(), sum);
    }
    return plays;
  }

  /**
   * What is in the files of a directory.
   *
   * @param rows how many rows they should have, from number 0
   * @throws IOException where they can't be read
   */
  public static ArchivedPlays inFiles(Path directory, int rows) throws IOException {
    ArchivedPlays plays = new ArchivedPlays(rows);
    for (Path file : files(directory, ".jsonl")) {
      plays.read(file);
    }
    return plays;
  }

  /** How many rows are there as they were sent. */
  public long right() {
    return found.cardinality();
  }

  /** How many rows are not there, or not as they were sent. */
  public long missing() {
    return rows - right();
  }

  /**
   * What else is there: rows that are there once more or are none, and what is wrong with files.
   */
  public long extra() {
    return extra;
  }

  /** Sum of the checksums of the rows that are right, modulo 2^64. */
  public long checksum() {
    return checksum;
  }

  /** Files that a reader sees: no part of their paths begins with a dot. */
  private static List<Path> files(Path directory, String suffix) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(suffix))
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .collect(Collectors.toUnmodifiableList());
    }
  }

  private long read(Path file) throws IOException {
    long lines = 0;
    try (var in = Files.newBufferedReader(file)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines++;
        found(line, file);
      }
    }
    return lines;
  }

  private void found(String line, Path file) {
    SongPlayed row;
    try {
      row = codec.decode(line.getBytes(StandardCharsets.UTF_8));
    } catch (RejectedException e) {
      wrong("%s has a line that is no row: %s", file, String.valueOf(e.getMessage()));
      return;
    }
    int number = SinkPlays.number(row);
    if (number < 0 || number >= rows || found.get(number) || !row.equals(SinkPlays.row(number))) {
      wrong("%s has a row once more, or another one: %s", file, row);
      return;
    }
    found.set(number);
    checksum += SinkPlays.checksum(row);
  }

  /** Log lines grow with the logarithm. */
  private void wrong(String what, Object... values) {
    extra++;
    if (Long.bitCount(extra) == 1) {
      LOG.error("{} things are wrong, last: {}", extra, String.format(Locale.ROOT, what, values));
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
