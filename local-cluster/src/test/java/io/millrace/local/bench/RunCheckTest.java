package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topics;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import io.millrace.schema.web.RequestServed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCheckTest {
  private static final RankingPublished FIRST_WINDOW =
      new RankingPublished(
          "path",
          0,
          300_000,
          3,
          100,
          "exact",
          0,
          List.of(new RankedItem(1, "/b", 2, 2, 2), new RankedItem(2, "/a", 1, 1, 1)));
  private static final RankingPublished SECOND_WINDOW =
      new RankingPublished(
          "path", 300_000, 600_000, 1, 100, "exact", 0, List.of(new RankedItem(1, "/a", 1, 1, 1)));

  @TempDir Path directory;

  private final RequestLoad load = new RequestLoad();
  private final RunCheck check = new RunCheck(load);

  @BeforeEach
  void addRequests() {
    load.add(new RequestServed(1, "c", "/b", "GET", "/b?x", 200, 7L, null, "agent"), 100);
    load.add(new RequestServed(299_999, "c", "/b", null, null, null, null, "from", null), 50);
    load.add(new RequestServed(2, "c", "/a", null, null, null, null, null, null), 25);
    load.add(new RequestServed(300_000, "c", "/a", null, null, null, null, null, null), 25);
  }

  @Test
  void load_sums_areThoseOfNumbersAndLengths() {
    assertThat(load.bytes()).isEqualTo(200);
    assertThat(load.checksum())
        .isEqualTo(
            (1 + 1 + 2 + 3 + 4 + 200 + 7 + 5)
                + (299_999 + 1 + 2 + 4)
                + (2 + 1 + 2)
                + (300_000 + 1 + 2));
  }

  @Test
  void figures_right_areAccepted() {
    assertThatCode(() -> check.figures(Variant.OWN, figures(4, 4, load.checksum())))
        .doesNotThrowAnyException();
    assertThatCode(() -> check.figures(Variant.RAW, figures(4, 4, 200))).doesNotThrowAnyException();
  }

  @Test
  void figures_wrong_makeTheRunVoidAndAreNamed() {
    assertThatThrownBy(() -> check.figures(Variant.FLOOR, figures(3, 4, load.checksum())))
        .hasMessage("floor: records read: 3, not 4");
    assertThatThrownBy(() -> check.figures(Variant.EXCHANGE, figures(4, 5, load.checksum())))
        .hasMessage("exchange: records discarded: 5, not 4");
    assertThatThrownBy(() -> check.figures(Variant.OWN, figures(4, 4, 200)))
        .hasMessage("own: checksum of the records: 200, not " + load.checksum());
    assertThatThrownBy(() -> check.figures(Variant.HEAVY_HITTERS, Map.of()))
        .hasMessage("heavy-hitters: records read: null, not 4");
  }

  @Test
  void rankings_asRecounted_areAccepted() throws Exception {
    publish(SECOND_WINDOW, FIRST_WINDOW);

    assertThatCode(() -> check.rankings(rows(2, 0, 0), directory)).doesNotThrowAnyException();
  }

  @Test
  void rankings_wrong_makeTheRunVoid() throws Exception {
    publish(FIRST_WINDOW, FIRST_WINDOW);

    assertThatThrownBy(() -> check.rankings(rows(2, 0, 0), directory))
        .hasMessageContaining("differ from the recount");
    assertThatThrownBy(() -> check.rankings(rows(3, 0, 0), directory))
        .hasMessageContaining("committed rows in heavy-hitters.rankings: 3, not 2");
    assertThatThrownBy(() -> check.rankings(rows(2, 1, 0), directory))
        .hasMessageContaining("committed rows in heavy-hitters.late: 1, not 0");
    assertThatThrownBy(() -> check.rankings(rows(2, 0, 1), directory))
        .hasMessageContaining("committed rows in web.requests.dlq: 1, not 0");
  }

  private static Map<String, Long> figures(long read, long discarded, long checksum) {
    return Map.of(RunClock.SOURCE_RECORDS, read, "records", discarded, "checksum", checksum);
  }

  private static Map<String, Long> rows(long rankings, long late, long deadLetters) {
    return Map.of(
        "heavy-hitters.rankings", rankings,
        "heavy-hitters.late", late,
        "web.requests.dlq", deadLetters);
  }

  private void publish(RankingPublished... rankings) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (RankingPublished ranking : rankings) {
      lines
          .append(
              new String(
                  Topics.HEAVY_HITTERS_RANKINGS.codec().encode(ranking), StandardCharsets.UTF_8))
          .append('\n');
    }
    Files.writeString(directory.resolve("heavy-hitters.rankings.jsonl"), lines);
  }
}
