package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topics;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import io.millrace.schema.web.RequestServed;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestCheckTest {
  private static final long START = RequestLoad.START;
  private static final String A = LoadPaths.of(0);
  private static final String B = LoadPaths.of(1);
  private static final RankingPublished FIRST_WINDOW =
      ranking(0, 3, new RankedItem(1, B, 2, 2, 2), new RankedItem(2, A, 1, 1, 1));
  private static final RankingPublished SECOND_WINDOW =
      ranking(300_000, 1, new RankedItem(1, A, 1, 1, 1));

  @TempDir Path directory;

  private final RequestLoad load = new RequestLoad(4);
  private final RequestCheck check = new RequestCheck(load);

  @BeforeEach
  void addRequests() {
    load.add(new RequestServed(START + 1, "c", B, "GET", "/b?x", 200, 7L, null, "agent"), 1, 100);
    load.add(new RequestServed(START + 299_999, "c", B, null, null, null, null, "f", null), 1, 50);
    load.add(new RequestServed(START + 2, "c", A, null, null, null, null, null, null), 0, 25);
    load.add(new RequestServed(START + 300_000, "c", A, null, null, null, null, null, null), 0, 25);
  }

  @Test
  void load_sums_areThoseOfNumbersAndLengths() {
    assertThat(load.records()).isEqualTo(4);
    assertThat(load.distinct()).isEqualTo(2);
    assertThat(load.bytes()).isEqualTo(200);
    assertThat(load.checksum())
        .isEqualTo(
            (4 * START + 1 + 299_999 + 2 + 300_000)
                + (4 + 2L * A.length() + 2L * B.length())
                + (3 + 4 + 200 + 7 + 5 + 1));
  }

  @Test
  void load_rows_areTimesAndPathsInTheirOrder() throws Exception {
    Path file = directory.resolve("rows");

    load.writeRows(file);

    try (var rows = new DataInputStream(Files.newInputStream(file))) {
      assertThat(rows.readInt()).isEqualTo(2);
      assertThat(rows.readUTF()).isEqualTo(A);
      assertThat(rows.readUTF()).isEqualTo(B);
      assertThat(rows.readInt()).isEqualTo(4);
      assertThat(rows.readLong()).isEqualTo(START + 1);
      assertThat(rows.readInt()).isEqualTo(1);
      assertThat(rows.readLong()).isEqualTo(START + 299_999);
    }
  }

  @Test
  void figures_right_areAccepted() {
    assertThatCode(
            () -> check.figures(RequestVariant.PROJECTED, figures(4, 4, load.pathChecksum())))
        .doesNotThrowAnyException();
    assertThatCode(() -> check.figures(RequestVariant.RAW, figures(4, 4, 200)))
        .doesNotThrowAnyException();
    assertThatCode(() -> check.figures(RequestVariant.KAFKA_STREAMS, figures(4, 0, 0)))
        .doesNotThrowAnyException();
  }

  @Test
  void figures_wrong_makeTheRunVoidAndAreNamed() {
    assertThatThrownBy(() -> check.figures(RequestVariant.FLOOR, figures(3, 4, load.checksum())))
        .hasMessage("floor: records read: 3, not 4");
    assertThatThrownBy(() -> check.figures(RequestVariant.EXCHANGE, figures(4, 5, load.checksum())))
        .hasMessage("exchange: records discarded: 5, not 4");
    assertThatThrownBy(() -> check.figures(RequestVariant.PROJECTED, figures(4, 4, 200)))
        .hasMessage("projected: checksum of the records: 200, not " + load.pathChecksum());
    assertThatThrownBy(() -> check.figures(RequestVariant.HEAVY_HITTERS, Map.of()))
        .hasMessage("heavy-hitters: records read: null, not 4");
  }

  @Test
  void rankings_asRecounted_areAccepted() throws Exception {
    publish(SECOND_WINDOW, FIRST_WINDOW);

    assertThatCode(() -> check.rows(RequestVariant.HEAVY_HITTERS, rows(0, 0), directory))
        .doesNotThrowAnyException();
  }

  @Test
  void poisoned_everyRecordThatIsNone_mustBeRead_andBeADeadLetter() throws Exception {
    load.addPoison();
    assertThatThrownBy(() -> check.figures(RequestVariant.POISONED, figures(4, 0, 0)))
        .hasMessage("poisoned: records read: 4, not 5");
    assertThatCode(() -> check.figures(RequestVariant.HEAVY_HITTERS, figures(4, 0, 0)))
        .doesNotThrowAnyException();
    assertThat(RequestVariant.POISONED.outputs())
        .containsExactlyElementsOf(
            RequestVariant.HEAVY_HITTERS.outputs().stream().map("poisoned."::concat).toList());
    publish("poisoned.", FIRST_WINDOW, SECOND_WINDOW);
    assertThatCode(() -> check.rows(RequestVariant.POISONED, rows("poisoned.", 0, 1), directory))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> check.rows(RequestVariant.POISONED, rows("poisoned.", 0, 0), directory))
        .hasMessageContaining("committed rows in poisoned.web.requests.dlq: 0, not 1");
  }

  @Test
  void rankings_wrong_makeTheRunVoid() throws Exception {
    publish(FIRST_WINDOW, FIRST_WINDOW);
    assertVoid(rows(0, 0), "ends at " + (START + 300_000) + " is published twice");

    publish(FIRST_WINDOW);
    assertVoid(rows(0, 0), "ends at " + (START + 600_000) + " is missing");

    publish(FIRST_WINDOW, SECOND_WINDOW, ranking(600_000, 1, new RankedItem(1, A, 1, 1, 1)));
    assertVoid(rows(0, 0), "no requests are in the windows that end at [" + (START + 900_000));

    assertVoid(rows(1, 0), "committed rows in heavy-hitters.late: 1, not 0");
    assertVoid(rows(0, 1), "committed rows in web.requests.dlq: 1, not 0");
  }

  @Test
  void sliding_everyWindowCounts() throws Exception {
    publish(FIRST_WINDOW, SECOND_WINDOW);

    assertThatThrownBy(() -> check.rows(RequestVariant.SLIDING, rows(0, 0), directory))
        .hasMessage("sliding: the window that ends at " + (START + 5_000) + " is missing");
  }

  @Test
  void rankedPaths_exactOnly_areAccepted() throws Exception {
    String second = row(600_000, A, 1);
    rankedPaths(second, row(300_000, A, 1), row(300_000, B, 2));
    assertThatCode(() -> check.rows(RequestVariant.FLINK_SQL, Map.of(), directory))
        .doesNotThrowAnyException();

    rankedPaths(second, row(300_000, A, 1), row(300_000, B, 3));
    assertDiffers(300_000);
    rankedPaths(second, row(300_000, B, 2));
    assertDiffers(300_000);
    rankedPaths(row(300_000, A, 1), row(300_000, B, 2));
    assertDiffers(600_000);
    rankedPaths(second, second, row(300_000, A, 1), row(300_000, B, 2));
    assertDiffers(600_000);
    rankedPaths(second, row(300_000, A, 1), row(300_000, B, 2), row(900_000, B, 2));
    assertThatThrownBy(() -> check.rows(RequestVariant.FLINK_SQL, Map.of(), directory))
        .hasMessageContaining("no requests are in the windows");
  }

  private void assertDiffers(long end) {
    assertThatThrownBy(() -> check.rows(RequestVariant.FLINK_SQL, Map.of(), directory))
        .hasMessage(
            "flink-sql: the window that ends at "
                + (START + end)
                + ": the rows differ from the recount");
  }

  private void assertVoid(Map<String, Long> rows, String problem) {
    assertThatThrownBy(() -> check.rows(RequestVariant.HEAVY_HITTERS, rows, directory))
        .hasMessageContaining(problem);
  }

  private static RankingPublished ranking(long start, long total, RankedItem... items) {
    return new RankingPublished(
        "path", START + start, START + start + 300_000, total, 100, "exact", 0, List.of(items));
  }

  private static String row(long end, String path, long count) {
    return String.format(
        "{\"windowEnd\":%d,\"path\":\"%s\",\"count\":%d}", START + end, path, count);
  }

  private static Map<String, Long> figures(long read, long discarded, long checksum) {
    return Map.of(RunTimes.SOURCE_RECORDS, read, "records", discarded, "checksum", checksum);
  }

  private static Map<String, Long> rows(long late, long deadLetters) {
    return rows("", late, deadLetters);
  }

  private static Map<String, Long> rows(String prefix, long late, long deadLetters) {
    return Map.of(
        prefix + "heavy-hitters.late",
        late,
        prefix + "web.requests.dlq",
        deadLetters,
        prefix + "heavy-hitters.live",
        101L);
  }

  private void rankedPaths(String... rows) throws IOException {
    Files.write(directory.resolve("flink-sql.rankings.jsonl"), List.of(rows));
  }

  private void publish(RankingPublished... rankings) throws IOException {
    publish("", rankings);
  }

  private void publish(String prefix, RankingPublished... rankings) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (RankingPublished ranking : rankings) {
      lines
          .append(
              new String(
                  Topics.HEAVY_HITTERS_RANKINGS.codec().encode(ranking), StandardCharsets.UTF_8))
          .append('\n');
    }
    Files.writeString(directory.resolve(prefix + "heavy-hitters.rankings.jsonl"), lines);
  }
}
