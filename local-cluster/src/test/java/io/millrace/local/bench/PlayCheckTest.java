package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topics;
import io.millrace.schema.listening.ChartEntry;
import io.millrace.schema.listening.ChartPublished;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Charts of two songs in one region, at a slide of five minutes, are checked against the plays. */
class PlayCheckTest {
  private static final long SLIDE = 300_000;
  private static final int WINDOWS = 12;

  @TempDir Path directory;

  private final PlayLoad load = new PlayLoad(10);
  private final PlayCheck check = new PlayCheck(load);

  @BeforeEach
  void addPlays() {
    play(7, 1);
    play(7, 2);
    play(8, 1);
  }

  @Test
  void rows_right_areAccepted() throws Exception {
    write(charts(entry(1, 7, 2), entry(2, 8, 1)));

    assertThatCode(() -> check.rows(PlayVariant.WINDOWED, counts(0), directory))
        .doesNotThrowAnyException();
  }

  @Test
  void rows_missing_areNamed() throws Exception {
    List<ChartPublished> charts = charts(entry(1, 7, 2), entry(2, 8, 1));
    charts.remove(3);
    write(charts);

    assertThatThrownBy(() -> check.rows(PlayVariant.WINDOWED, counts(0), directory))
        .isInstanceOf(VoidRunException.class)
        .hasMessageContaining("windowed: ")
        .hasMessageContaining("region=BR")
        .hasMessageEndingWith("is missing");
  }

  @Test
  void rows_otherPlays_saysWhatTheRecountHas() throws Exception {
    write(charts(entry(1, 7, 3), entry(2, 8, 1)));

    assertThatThrownBy(() -> check.rows(PlayVariant.WINDOWED, counts(0), directory))
        .hasMessageContaining("but the recount has 2 plays");
  }

  @Test
  void rows_otherOrder_isRefused() throws Exception {
    write(charts(entry(1, 8, 1), entry(2, 7, 2)));

    assertThatThrownBy(() -> check.rows(PlayVariant.WINDOWED, counts(0), directory))
        .hasMessageContaining("comes first");
  }

  @Test
  void rows_lateOnes_areRefused() throws Exception {
    write(charts(entry(1, 7, 2), entry(2, 8, 1)));

    assertThatThrownBy(() -> check.rows(PlayVariant.WINDOWED, counts(1), directory))
        .hasMessageContaining("committed rows in trending-songs.late: 1, not 0");
  }

  @Test
  void rows_ofSql_areComparedAsSets() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (String region : List.of("BR", "GLOBAL")) {
      for (int window = 1; window <= WINDOWS; window++) {
        lines.append(sql(window, region, 8, 1)).append(sql(window, region, 7, 2));
      }
    }
    Files.writeString(directory.resolve("flink-sql.charts.jsonl"), lines);

    assertThatCode(() -> check.rows(PlayVariant.FLINK_SQL, Map.of(), directory))
        .doesNotThrowAnyException();

    Files.writeString(
        directory.resolve("flink-sql.charts.jsonl"), sql(1, "BR", 9, 1) + lines.toString());

    assertThatThrownBy(() -> check.rows(PlayVariant.FLINK_SQL, Map.of(), directory))
        .hasMessageContaining("the rows differ from the recount");
  }

  @Test
  void figures_otherChecksum_isRefused() {
    assertThatThrownBy(
            () ->
                check.figures(
                    PlayVariant.FLOOR,
                    Map.of(RunTimes.SOURCE_RECORDS, 3L, Figures.RECORDS, 3L, Figures.CHECKSUM, 5L)))
        .hasMessageContaining("checksum of the records: 5, not " + load.checksum());
  }

  private static String sql(int window, String region, int song, int count) {
    return String.format(
        "{\"windowEnd\":%d,\"region\":\"%s\",\"songId\":\"%s\",\"count\":%d}\n",
        PlayLoad.START + window * SLIDE, region, PlayLoad.songId(song), count);
  }

  private static List<ChartPublished> charts(ChartEntry... entries) {
    List<ChartPublished> charts = new ArrayList<>();
    for (String region : List.of("BR", "GLOBAL")) {
      for (int window = 1; window <= WINDOWS; window++) {
        long end = PlayLoad.START + window * SLIDE;
        List<ChartEntry> songs = new ArrayList<>();
        for (ChartEntry entry : entries) {
          songs.add(window == 1 ? entry : sameRank(entry));
        }
        charts.add(
            new ChartPublished("windowed", region, end - PlayLoad.WINDOW_MILLIS, end, 0, songs));
      }
    }
    return charts;
  }

  private static ChartEntry entry(int rank, int song, int plays) {
    return new ChartEntry(
        rank, PlayLoad.songId(song), null, null, plays, plays, 0, null, "new", plays, false);
  }

  private static ChartEntry sameRank(ChartEntry entry) {
    return new ChartEntry(
        entry.rank(),
        entry.songId(),
        null,
        null,
        entry.plays(),
        entry.score(),
        0,
        entry.rank(),
        "same",
        entry.distinctListeners(),
        false);
  }

  private void write(List<ChartPublished> charts) throws IOException {
    var codec = Topics.TRENDING_SONGS_CHARTS.codec();
    Files.writeString(
        directory.resolve("trending-songs.charts.jsonl"),
        charts.stream()
            .map(chart -> new String(codec.encode(chart), StandardCharsets.UTF_8) + "\n")
            .collect(Collectors.joining()));
  }

  private static Map<String, Long> counts(long late) {
    return Map.of(
        Topics.TRENDING_SONGS_LATE.name(), late,
        Topics.LISTENING_PLAYS_DLQ.name(), 0L,
        Topics.LISTENING_SONGS_DLQ.name(), 0L);
  }

  private void play(int song, int listener) {
    SongPlayed play =
        new SongPlayed(
            "play-" + listener,
            PlayLoad.START,
            PlayLoad.songId(song),
            "listener-" + listener,
            "BR",
            30_000,
            null,
            null);
    load.add(play, false, 100);
  }
}
