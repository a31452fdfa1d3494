package io.millrace.local.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.feed.InputFile.Format;
import io.millrace.schema.Topics;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
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
        .hasMessageContaining("must end in .jsonl, .csv, .log, .xml");
  }

  @Test
  void of_missingOrDirectory_isRefused() {
    assertThatThrownBy(() -> InputFile.of(Topics.WEB_REQUESTS, directory.resolve("no.csv")))
        .hasMessageStartingWith("no such file");
    assertThatThrownBy(() -> InputFile.of(Topics.WEB_REQUESTS, directory))
        .hasMessageContaining("is not a file; name the file itself");
  }

  @Test
  void of_logForTopicWithoutReader_isRefused() throws Exception {
    Path file = Files.createFile(directory.resolve("a.log"));
    assertThatThrownBy(() -> InputFile.of(Topics.HEAVY_HITTERS_RANKINGS, file))
        .hasMessageContaining("has no reader for log lines");
  }

  @Test
  void of_statement_isReadIntoEntriesAlone() throws Exception {
    Path camt = Files.createFile(directory.resolve("a.xml"));
    Path mt = Files.createFile(directory.resolve("a.sta.gz"));
    assertThat(InputFile.of(Topics.RECON_ENTRIES, camt).format()).isEqualTo(Format.CAMT053);
    assertThat(InputFile.of(Topics.RECON_ENTRIES, mt).format()).isEqualTo(Format.MT940);
    assertThatThrownBy(() -> InputFile.of(Topics.WEB_REQUESTS, camt))
        .hasMessageContaining("has no reader for bank statements");
  }

  @Test
  void check_statementThatIsNotWhole_isRefusedInOneLine() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("a.sta"),
            ":20:x\n:25:1/2\n:28C:1\n:60F:C261124EUR1,\n:61:261125C1,NTRFa\n:62F:C261125EUR3,\n");
    FileFeed feed =
        new FileFeed(List.of(InputFile.of(Topics.RECON_ENTRIES, file)), List.of(), TimeReader.NONE);
    assertThatThrownBy(feed::check)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.sta: statement 1 of account 1/2 opens with 100")
        .hasMessageNotContaining("\n");
  }

  @Test
  void statementRows_mappedFields_areThose() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("a.sta"),
            ":20:x\n:25:1/2\n:28C:1\n:60F:C261124EUR1,\n:61:261125C1,NTRFa\n:62F:C261125EUR2,\n");
    InputFile input = InputFile.of(Topics.RECON_ENTRIES, file);
    StatementRows rows =
        new StatementRows(
            input.statements().orElseThrow(),
            List.of(FieldSource.parse("recon.entries.ledger='bank'")),
            ZoneId.of("Europe/Berlin"));
    List<String> entries = new ArrayList<>();
    try (InputStream in = input.open()) {
      rows.read(in, entry -> entries.add(new String(entry, UTF_8)));
    }

    assertThat(entries)
        .containsExactly(
            "{\"entryId\":\"1/2/2026/1/1\",\"ledger\":\"bank\",\"reference\":\"a\","
                + "\"at\":1795561200000,\"valueDate\":\"2026-11-25\",\"amountMinor\":100,"
                + "\"currency\":\"EUR\",\"counterparty\":null,\"description\":null}");
  }

  @ParameterizedTest
  @CsvSource({"'', ''", "a, a", "\ufeff, ''", "'\ufeffa,b', 'a,b'", "a\ufeff, a\ufeff"})
  void open_byteOrderMark_isNoPartOfTheContent(String content, String read) throws Exception {
    InputFile file =
        InputFile.of(Topics.WEB_REQUESTS, Files.writeString(directory.resolve("a.jsonl"), content));
    try (InputStream in = file.open()) {
      assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo(read);
    }
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
