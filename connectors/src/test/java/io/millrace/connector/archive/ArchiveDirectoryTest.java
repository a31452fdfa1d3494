package io.millrace.connector.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an archive says of itself, and when. */
class ArchiveDirectoryTest {
  private static final String RUN = "0af3-";
  private static final FileTime LONG_AGO = FileTime.fromMillis(1_000);

  @TempDir private Path directory;

  private ArchiveDirectory opened() throws IOException {
    ArchiveDirectory archive = new ArchiveDirectory(flink(directory));
    archive.open();
    return archive;
  }

  private static org.apache.flink.core.fs.Path flink(Path path) {
    return new org.apache.flink.core.fs.Path(path.toUri());
  }

  private Path finished(String name, String rows) throws IOException {
    Path day = Files.createDirectories(directory.resolve("day=2026-01-31"));
    return Files.writeString(day.resolve(name), rows);
  }

  private Path success() {
    return directory.resolve(ArchiveDirectory.SUCCESS);
  }

  @Test
  void end_ofTheLastTask_isWhenSuccessIsThere_andOfNoOther() throws Exception {
    ArchiveDirectory archive = opened();
    Path first = finished("a.jsonl", "1\n2\n");
    archive.list(flink(first));
    archive.end(RUN + "0-of-2");
    assertThat(success()).as("the other task may still finish files").doesNotExist();
    archive.end("another-0-of-2");
    assertThat(success()).as("a task of a run before counts for that run").doesNotExist();

    archive.list(flink(finished("b.jsonl", "3\n")));
    assertThat(success()).doesNotExist();
    archive.end(RUN + "1-of-2");
    assertThat(success()).hasContent("{\"files\":2,\"rows\":3,\"bytes\":6}");

    archive.open();
    assertThat(success()).as("a run that begins takes it away").doesNotExist();
  }

  @Test
  void end_withAListedFileThatIsGoneOrCut_isRefusedWithoutSuccess() throws Exception {
    ArchiveDirectory archive = opened();
    Path file = finished("a.jsonl", "1\n2\n");
    archive.list(flink(file));
    Files.writeString(file, "1\n");
    assertThatThrownBy(() -> archive.end(RUN + "0-of-1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.jsonl has 2 bytes and is listed with 4");
    Files.delete(file);
    assertThatThrownBy(() -> archive.end(RUN + "0-of-1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.jsonl is listed but not there");
    assertThat(success()).doesNotExist();

    finished("a.jsonl", "1\n2\n");
    archive.end(RUN + "0-of-1");
    assertThat(success()).exists();
  }

  @Test
  void end_besideWhatAStoreShowsOfWritesThatWereCutOff_goesByListsAndEndsAlone() throws Exception {
    ArchiveDirectory archive = opened();
    archive.list(flink(finished("a.jsonl", "1\n")));
    Path lists = directory.resolve("_manifest");
    Files.createFile(lists.resolve("day=2026-01-31/a.jsonl.json-bf011071"));
    Files.createFile(lists.resolve("end-" + RUN + "1-of-2-bf011071"));

    archive.end(RUN + "0-of-2");
    assertThat(success()).as("the other task has not ended").doesNotExist();
    archive.end(RUN + "1-of-2");
    assertThat(success()).hasContent("{\"files\":1,\"rows\":1,\"bytes\":2}");
  }

  /** A job that fails after its last checkpoint says the same again. */
  @Test
  void commit_madeAgain_changesNothingThatIsThere() throws Exception {
    ArchiveDirectory archive = opened();
    Path file = finished("a.jsonl", "1\n");
    archive.list(flink(file));
    archive.end(RUN + "0-of-1");
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(each, LONG_AGO);
      }
    }

    archive.list(flink(file));
    archive.end(RUN + "0-of-1");

    try (Stream<Path> all = Files.walk(directory)) {
      assertThat(all.filter(Files::isRegularFile))
          .hasSize(4)
          .allSatisfy(each -> assertThat(Files.getLastModifiedTime(each)).isEqualTo(LONG_AGO));
    }
  }
}
