package io.millrace.local.retention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.retention.LogArchive.Cold;
import io.millrace.local.retention.OffsetRanges.Gap;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.logs.LineArchived;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing counts as archived but what finished files have, as their lists say. */
class LogArchiveTest {
  private static final LocalDate DAY = LocalDate.of(2026, 1, 31);
  private static final String FILES = "logs.raw/day=2026-01-31/";

  @TempDir private Path directory;

  private static String rows(long from, long to) {
    JsonCodec<LineArchived> codec = JsonCodec.of(LineArchived.class);
    return LongStream.range(from, to)
        .mapToObj(offset -> new LineArchived("web", "line", null, 1, "logs.raw", 0, offset))
        .map(row -> new String(codec.encode(row), UTF_8) + "\n")
        .collect(Collectors.joining());
  }

  private void list(String file, String rows, long count) throws Exception {
    String sum =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(rows.getBytes(UTF_8)));
    write(
        "logs.raw/_manifest/day=2026-01-31/" + file + ".json",
        String.format(
            "{\"file\":\"day=2026-01-31/%s\",\"rows\":%d,\"sha256\":\"%s\"}", file, count, sum));
  }

  private void write(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private LogArchive archive() throws IOException {
    return LogArchive.at(directory.toString(), "", this::readParquet);
  }

  @Test
  void offsets_areThoseOfListedFiles_andOfNoOthers() throws Exception {
    write(FILES + "part-a-0.jsonl", rows(0, 5));
    list("part-a-0.jsonl", rows(0, 5), 5);
    write(FILES + "part-a-1.jsonl", rows(5, 8));
    write(FILES + ".part-a-2.jsonl.inprogress", rows(8, 9));
    write("logs.raw/_manifest/day=2026-01-31/.part-a-3.jsonl.json.tmp", "{");

    OffsetRanges offsets = archive().offsets(DAY);

    assertThat(offsets.gaps("logs.raw:0", 0, 9)).containsExactly(new Gap(5, 9));
    assertThat(archive().offsets(DAY.plusDays(1)).gaps("logs.raw:0", 0, 1))
        .as("a day without any list")
        .containsExactly(new Gap(0, 1));
  }

  @Test
  void archive_thatIsNotThere_saysWhatToGive() throws Exception {
    assertThatThrownBy(this::archive)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("logs.raw is no directory of an archive; give --archive");

    write("logs.raw", "a file");
    assertThatThrownBy(this::archive).hasMessageContaining("is no directory of an archive");
    assertThatThrownBy(() -> LogArchive.at("nowhere://a/b", "", this::readParquet))
        .as("a file system that is not there")
        .hasMessageContaining("nowhere");
  }

  @Test
  void file_thatIsGone_isToBeBroughtBack() throws Exception {
    list("part-a-0.jsonl", rows(0, 5), 5);

    LogArchive archive = archive();
    assertThatThrownBy(() -> archive.offsets(DAY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("part-a-0.jsonl is listed but not there; bring it back from a copy");
  }

  @Test
  void file_withAnotherSumOrOtherRows_isToBeBroughtBack() throws Exception {
    write(FILES + "part-a-0.jsonl", rows(0, 5));
    list("part-a-0.jsonl", rows(1, 6), 5);
    LogArchive changed = archive();
    assertThatThrownBy(() -> changed.offsets(DAY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not as it was archived: it has 5 rows and SHA-256")
        .hasMessageContaining("bring it back from a copy");

    list("part-a-0.jsonl", rows(0, 5), 6);
    LogArchive cut = archive();
    assertThatThrownBy(() -> cut.offsets(DAY))
        .hasMessageContaining("it has 5 rows")
        .hasMessageContaining("its list says 6");
  }

  /** Stands for the jobs jar: a row a line. */
  private void readParquet(org.apache.flink.core.fs.Path file, Consumer<String> line)
      throws IOException {
    Files.readAllLines(Path.of(file.toUri())).forEach(line);
  }

  @Test
  void fileOfParquet_isReadOnceItsSumIsRight() throws Exception {
    write(FILES + "part-a-0.parquet", rows(0, 5));
    list("part-a-0.parquet", rows(0, 5), 5);
    assertThat(archive().offsets(DAY).gaps("logs.raw:0", 0, 5)).containsExactly(new Gap(5, 5));

    list("part-a-0.parquet", rows(0, 5), 6);
    LogArchive cut = archive();
    assertThatThrownBy(() -> cut.offsets(DAY)).hasMessageContaining("its list says 6");

    list("part-a-0.parquet", rows(1, 6), 5);
    LogArchive changed = archive();
    assertThatThrownBy(() -> changed.offsets(DAY))
        .hasMessageContaining("is not as it was archived");
  }

  @Test
  void jarWithoutAReader_saysHowToBuildIt() throws Exception {
    try (JobsJarParquet parquet = new JobsJarParquet(directory.resolve("no.jar"))) {
      assertThatThrownBy(
              () -> parquet.read(new org.apache.flink.core.fs.Path("/a.parquet"), line -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no.jar can't read Parquet; build it");
    }
  }

  @Test
  void row_thatIsNoArchivedLine_isNamed() throws Exception {
    String content = rows(0, 2) + "{\"topic\":\"logs.raw\"}\n";
    write(FILES + "part-a-0.jsonl", content);
    list("part-a-0.jsonl", content, 3);

    LogArchive archive = archive();
    assertThatThrownBy(() -> archive.offsets(DAY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not as it was archived: row 3 is no archived line");
  }

  @Test
  void cold_keepsTheMostDocumentsThatAnIndexHad() throws Exception {
    write("logs.raw/_SUCCESS", "");
    LogArchive archive = archive();
    assertThat(archive.cold("logs-2026.01.31")).isNull();

    archive.noteCold("logs-2026.01.31", new Cold(10, 100));
    archive.noteCold("logs-2026.01.31", new Cold(4, 200));

    assertThat(archive.cold("logs-2026.01.31")).isEqualTo(new Cold(10, 200));
  }
}
