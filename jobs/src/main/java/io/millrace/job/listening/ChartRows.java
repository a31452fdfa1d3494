package io.millrace.job.listening;

import io.millrace.connector.redis.SortedSetSnapshot;
import io.millrace.operator.chart.ChartRanking;
import io.millrace.operator.chart.ChartSong;
import io.millrace.operator.topk.RankedChanges.Change;
import io.millrace.schema.listening.ChartEntry;
import io.millrace.schema.listening.ChartPublished;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns charts into the rows that are published and into what Redis holds. */
final class ChartRows {
  /** Revisions that a version of a window in Redis tells apart. */
  private static final int REVISIONS = 1024;

  private ChartRows() {}

  static ChartPublished row(ChartRanking chart) {
    List<ChartEntry> entries = new ArrayList<>(chart.songs().size());
    for (ChartSong song : chart.songs()) {
      int rank = entries.size() + 1;
      int previousRank = chart.previousRanks().get(rank - 1);
      entries.add(
          new ChartEntry(
              rank,
              song.songId(),
              song.title(),
              song.artist(),
              song.plays(),
              song.score(),
              song.baseline(),
              previousRank == 0 ? null : previousRank,
              Change.of(previousRank, rank).name().toLowerCase(Locale.ROOT),
              song.listeners(),
              song.approximate()));
    }
    return new ChartPublished(
        chart.chart(),
        chart.region(),
        chart.windowStart(),
        chart.windowEnd(),
        chart.revision(),
        entries);
  }

  /**
   * The chart as Redis holds it: the sorted set {@code trending:<chart>:<region>} of songs by
   * score, and what is known of its window in the hash {@code trending:<chart>:<region>:window}. Of
   * two windows the later one wins, and of one window the later revision.
   */
  static SortedSetSnapshot latest(ChartPublished chart) {
    String key = "trending:" + chart.chart() + ":" + chart.region();
    List<SortedSetSnapshot.Member> members = new ArrayList<>(chart.entries().size());
    for (ChartEntry entry : chart.entries()) {
      members.add(new SortedSetSnapshot.Member(entry.songId(), entry.score()));
    }
    return new SortedSetSnapshot(
        key,
        key + ":window",
        chart.windowEnd() * REVISIONS + Math.min(chart.revision(), REVISIONS - 1),
        members,
        Map.of(
            "windowStart", String.valueOf(chart.windowStart()),
            "windowEnd", String.valueOf(chart.windowEnd()),
            "revision", String.valueOf(chart.revision())));
  }
}
