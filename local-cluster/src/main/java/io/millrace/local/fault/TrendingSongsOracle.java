package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.Topics;
import io.millrace.schema.listening.SongPlayed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What trending songs must publish of plays with ids of their own, without a catalogue. */
final class TrendingSongsOracle extends LedgerOracle<SongPlayed> {
  private final ChartOracle charts;
  private final Map<RecordId, SongPlayed> plays = new HashMap<>();
  private final List<JsonNode> published = new ArrayList<>();

  /**
   * Of that ledger.
   *
   * @param charts with tumbling windows
   */
  TrendingSongsOracle(Ledger ledger, ChartOracle charts, long outOfOrdernessMillis) {
    super(
        ledger,
        new Lanes<>(
            SongPlayed.class,
            Topics.TRENDING_SONGS_LATE.name(),
            Topics.TRENDING_SONGS_LIVE.name(),
            Topics.LISTENING_PLAYS_DLQ.name()),
        charts.window(),
        outOfOrdernessMillis);
    this.charts = charts;
  }

  @Override
  void count(RecordId id, SongPlayed play) {
    plays.put(id, play);
  }

  @Override
  void takeBack(RecordId id, SongPlayed play) {
    plays.remove(id);
  }

  @Override
  List<PublishedRow> expected(long watermark) {
    return charts.rows(List.copyOf(plays.values()), List.of()).stream()
        .map(TrendingSongsOracle::row)
        .filter(row -> windowEnd(row) - 1 <= watermark)
        .toList();
  }

  @Override
  void result(String topic, JsonNode row) {
    published.add(row);
  }

  @Override
  List<PublishedRow> results() {
    return ChartOracle.published(published).stream().map(TrendingSongsOracle::row).toList();
  }

  /** Chart and region, start and end of the window and revision tell a row from others. */
  private static PublishedRow row(String line) {
    int identityEnd = line.indexOf(" | ");
    return identityEnd < 0
        ? new PublishedRow(line, "")
        : new PublishedRow(line.substring(0, identityEnd), line.substring(identityEnd));
  }

  private static long windowEnd(PublishedRow row) {
    return Long.parseLong(row.identity().split(" ", -1)[2]);
  }
}
