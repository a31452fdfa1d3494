package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.fault.JobOracle.Judgement;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.listening.ChartEntry;
import io.millrace.schema.listening.ChartPublished;
import io.millrace.schema.listening.SongPlayed;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrendingSongsOracleTest {
  private static final long WINDOW = 5_000;

  private final JsonCodec<SongPlayed> plays = Topics.LISTENING_PLAYS.codec();
  private final JsonCodec<ChartPublished> charts = Topics.TRENDING_SONGS_CHARTS.codec();
  private final Ledger ledger = new Ledger(1);
  private final TrendingSongsOracle oracle =
      new TrendingSongsOracle(
          ledger, new ChartOracle(WINDOW, WINDOW, 2, WINDOW, 1, 1, List.of("windowed")), 5_000);

  private void play(int sequence, long at, String song, String listener, long playedMillis) {
    RecordId id = new RecordId(0, sequence);
    SongPlayed play = new SongPlayed(id.mark(), at, song, listener, "DE", playedMillis, null, null);
    byte[] value = plays.encode(play);
    ledger.acknowledge(id, value);
    oracle.acknowledged(new LedgerRecord(id, at, listener, value, play));
    oracle.inInput(0, id, at);
  }

  /** A chart of the first window, which is the same in the region and everywhere. */
  private void publish(ChartEntry... entries) {
    for (String region : List.of("DE", SongPlayed.GLOBAL)) {
      oracle.published(
          Topics.TRENDING_SONGS_CHARTS.name(),
          charts.encode(new ChartPublished("windowed", region, 0, WINDOW, 0, List.of(entries))));
    }
  }

  private static ChartEntry entry(int rank, String song, long plays, long listeners) {
    return new ChartEntry(
        rank, song, null, null, plays, (double) plays, 0, null, "new", listeners, false);
  }

  @BeforeEach
  void play() {
    play(0, 1_000, "b", "u1", 30_000);
    play(1, 2_000, "b", "u2", 30_000);
    // Looped, then too short, then of the next window, which doesn't close.
    play(2, 3_000, "b", "u2", 30_000);
    play(3, 3_000, "a", "u3", 29_999);
    play(4, 4_000, "a", "u3", 30_000);
    play(5, 20_000, "c", "u3", 30_000);
  }

  @Test
  void rightRows_areClean() {
    publish(entry(1, "b", 2, 2), entry(2, "a", 1, 1));
    Judgement judgement = oracle.judge();
    assertThat(judgement.named()).isEmpty();
    assertThat(judgement).isEqualTo(new Judgement(2, 2, 0, 0, 0, 0, 0, List.of()));
  }

  @Test
  void playBeyondTheCapCounted_isFound() {
    publish(entry(1, "b", 3, 2), entry(2, "a", 1, 1));
    assertThat(oracle.judge().wrong()).isEqualTo(2);
  }

  @Test
  void nothingPublished_isLost() {
    assertThat(oracle.judge().lost()).isEqualTo(2);
  }
}
