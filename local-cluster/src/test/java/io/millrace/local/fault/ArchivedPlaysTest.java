package io.millrace.local.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an archive of rows is told to be, and that nothing wrong with it goes unnoticed. */
class ArchivedPlaysTest {
  private static final String DAY = "day=2026-01-01/";

  @TempDir private Path archive;

  private static String lines(long from, long to) {
    StringBuilder lines = new StringBuilder();
    LongStream.range(from, to)
        .mapToObj(SinkPlays::row)
        .map(row -> new String(Topics.LISTENING_PLAYS.codec().encode(row), UTF_8))
        .forEach(line -> lines.append(line).append('\n'));
    return lines.toString();
  }

  private Path write(String name, String content) throws IOException {
    Path file = archive.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private void list(String file, String content, long rows) throws Exception {
    String sum =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8)));
    write(
        "_manifest/" + file + ".json",
        String.format("{\"file\":\"%s\",\"rows\":%d,\"sha256\":\"%s\"}", file, rows, sum));
  }

  private void archive(String name, long from, long to) throws Exception {
    String content = lines(from, to);
    write(DAY + name, content);
    list(DAY + name, content, to - from);
  }

  private void success(int files, long rows) throws IOException {
    write("_SUCCESS", String.format("{\"files\":%d,\"rows\":%d}", files, rows));
  }

  @Test
  void archive_withEveryRowOnce_isRight() throws Exception {
    archive("part-a-0.jsonl", 0, 6);
    archive("part-a-1.jsonl", 6, 10);
    write(DAY + ".part-a-2.jsonl.inprogress", lines(3, 5));
    write(DAY + "_part-a-2_tmp_1", lines(3, 5));
    success(2, 10);

    ArchivedPlays plays = ArchivedPlays.inArchive(archive, 10);

    assertThat(plays.right()).isEqualTo(10);
    assertThat(plays.missing()).isZero();
    assertThat(plays.extra()).isZero();
    assertThat(plays.checksum())
        .isEqualTo(LongStream.range(0, 10).map(i -> SinkPlays.checksum(SinkPlays.row(i))).sum())
        .isEqualTo(ArchivedPlays.inFiles(archive.resolve(DAY), 10).checksum());
  }

  @Test
  void rows_lostTwiceAndOthers_areCounted() throws Exception {
    archive("part-a-0.jsonl", 0, 6);
    archive("part-a-1.jsonl", 4, 8);
    archive("part-a-2.jsonl", 10, 11);
    success(3, 11);

    ArchivedPlays plays = ArchivedPlays.inArchive(archive, 10);

    assertThat(plays.missing()).isEqualTo(2);
    assertThat(plays.extra()).as("two rows twice, and one beyond the last").isEqualTo(3);
  }

  @Test
  void files_unlistedChangedOrGone_andWrongSums_areNoticed() throws Exception {
    archive("part-a-0.jsonl", 0, 5);
    success(1, 5);
    assertThat(ArchivedPlays.inArchive(archive, 5).extra()).isZero();

    write(DAY + "part-a-1.jsonl", lines(5, 6));
    assertThat(ArchivedPlays.inArchive(archive, 5).extra()).as("not listed").isEqualTo(1);

    Files.delete(archive.resolve(DAY + "part-a-1.jsonl"));
    write(DAY + "part-a-0.jsonl", lines(0, 4) + "no row\n");
    assertThat(ArchivedPlays.inArchive(archive, 5).extra()).as("another sum, no row").isEqualTo(2);

    Files.delete(archive.resolve(DAY + "part-a-0.jsonl"));
    assertThat(ArchivedPlays.inArchive(archive, 5).extra()).as("gone").isEqualTo(1);
    assertThat(ArchivedPlays.inArchive(archive, 5).missing()).isEqualTo(5);

    Files.delete(archive.resolve("_SUCCESS"));
    assertThat(ArchivedPlays.inArchive(archive, 5).extra()).as("not complete").isEqualTo(2);
  }
}
