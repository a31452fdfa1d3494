package io.millrace.local.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.feed.InputFile.Format;
import io.millrace.schema.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputFileTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "a.jsonl, JSONL",
    "a.jsonl.gz, JSONL",
    "a.CSV, CSV",
    "a.csv.gz, CSV",
    "a.log, LOG",
    "a.b.log.gz, LOG"
  })
  void of_knownSuffix_isItsFormat(String name, Format format) throws Exception {
    Path file = Files.createFile(directory.resolve(name));
    assertThat(InputFile.of(Topics.WEB_REQUESTS, file).format()).isEqualTo(format);
  }

  @Test
  void of_otherSuffix_isRefused() throws Exception {
    Path file = Files.createFile(directory.resolve("a.json"));
    assertThatThrownBy(() -> InputFile.of(Topics.WEB_REQUESTS, file))
        .hasMessageContaining("must end in .jsonl, .csv or .log");
  }

  @Test
  void of_missingOrDirectory_isRefused() {
    assertThatThrownBy(() -> InputFile.of(Topics.WEB_REQUESTS, directory.resolve("no.csv")))
        .hasMessageStartingWith("no such file");
    assertThatThrownBy(() -> InputFile.of(Topics.WEB_REQUESTS, directory))
        .hasMessageStartingWith("not a readable file");
  }

  @Test
  void of_logForTopicWithoutReader_isRefused() throws Exception {
    Path file = Files.createFile(directory.resolve("a.log"));
    assertThatThrownBy(() -> InputFile.of(Topics.HEAVY_HITTERS_RANKINGS, file))
        .hasMessageContaining("has no reader for log lines");
  }

  @Test
  void check_notGzip_isRefusedInOneLine() throws Exception {
    Path file = Files.writeString(directory.resolve("a.jsonl.gz"), "{}\n");
    FileFeed feed =
        new FileFeed(
            List.of(InputFile.of(Topics.WEB_REQUESTS, file)), List.of(), TimeReader.of(null, null));
    assertThatThrownBy(feed::check)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.jsonl.gz: not valid gzip")
        .hasMessageNotContaining("\n");
  }

  @Test
  void check_csvWithoutHeader_isRefused() throws Exception {
    Path file = Files.createFile(directory.resolve("a.csv"));
    FileFeed feed =
        new FileFeed(
            List.of(InputFile.of(Topics.WEB_REQUESTS, file)), List.of(), TimeReader.of(null, null));
    assertThatThrownBy(feed::check).hasMessageContaining("the file is empty");
  }
}
