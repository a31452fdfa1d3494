package io.millrace.local.fault;

import io.millrace.local.feed.Zipf;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.listening.SongPlayed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/**
 * Tries trending songs with tumbling windows of seconds. Some plays are too short, some are looped,
 * some late, and some name the region that is reserved.
 */
final class PlayTrial implements Trial {
  private static final long WINDOW_MILLIS = 5_000;
  private static final long OUT_OF_ORDERNESS_MILLIS = 2_000;
  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int K = 20;
  private static final int CAP = 5;
  private static final int MIN_SUPPORT = 5;
  private static final List<String> CHARTS = List.of("windowed", "decayed", "novelty");
  private static final List<String> REGIONS = List.of("DE", "FR", "IT");

  private static final int SONGS = 2_000;
  private static final int LISTENERS = 5_000;
  private static final int LOOPERS = 3;
  private static final int ONE_LOOPS_IN = 50;
  private static final int ONE_SHORT_IN = 8;
  private static final int ONE_LATE_IN = 1_000;
  private static final long LATE_BY_MILLIS = 20_000;
  private static final int LONG_MILLIS = 180_000;
  private static final int SHORT_MILLIS = 29_999;

  private final JsonCodec<SongPlayed> codec = Topics.LISTENING_PLAYS.codec();
  private final Zipf songs;
  private final SplittableRandom random;
  private final IntSupplier poison;

  PlayTrial(long seed, IntSupplier poison, double hotShare) {
    songs = new Zipf(SONGS, 1.1, hotShare);
    random = new SplittableRandom(seed);
    this.poison = poison;
  }

  @Override
  public Topic<?> input() {
    return Topics.LISTENING_PLAYS;
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "window",
        WINDOW_MILLIS + "ms",
        "slide",
        WINDOW_MILLIS + "ms",
        "half-life",
        WINDOW_MILLIS + "ms",
        "chart",
        String.join(",", CHARTS),
        "k",
        String.valueOf(K),
        "listener-cap",
        String.valueOf(CAP),
        "min-support",
        String.valueOf(MIN_SUPPORT),
        "dedup-horizon",
        "1m",
        "max-out-of-orderness",
        OUT_OF_ORDERNESS_MILLIS + "ms",
        "idle-timeout",
        "0s");
  }

  @Override
  public LedgerRecord next(RecordId id, long now) {
    long at = now - random.nextInt(MAX_DELAY_MILLIS);
    if (random.nextInt(Trials.POISON_OF) < poison.getAsInt()) {
      SongPlayed like = play(id, at);
      String value =
          new String(codec.encode(like), StandardCharsets.UTF_8)
              .replace("\"region\":\"" + like.region(), "\"region\":\"" + SongPlayed.GLOBAL);
      return new LedgerRecord(id, at, like.userId(), value.getBytes(StandardCharsets.UTF_8), null);
    }
    boolean late = random.nextInt(ONE_LATE_IN) == 0;
    return record(id, play(id, late ? at - LATE_BY_MILLIS : at));
  }

  @Override
  public LedgerRecord closing(RecordId id, long now) {
    return record(id, play(id, now + OUT_OF_ORDERNESS_MILLIS + 2 * WINDOW_MILLIS));
  }

  @Override
  public JobOracle oracle(Ledger ledger) {
    return new TrendingSongsOracle(
        ledger,
        new ChartOracle(WINDOW_MILLIS, WINDOW_MILLIS, K, WINDOW_MILLIS, CAP, MIN_SUPPORT, CHARTS),
        OUT_OF_ORDERNESS_MILLIS);
  }

  private SongPlayed play(RecordId id, long at) {
    boolean loops = random.nextInt(ONE_LOOPS_IN) == 0;
    return new SongPlayed(
        id.mark(),
        at,
        "song-" + (loops ? SONGS : songs.draw(random)),
        loops ? "looper-" + random.nextInt(LOOPERS) : "listener-" + random.nextInt(LISTENERS),
        REGIONS.get(random.nextInt(REGIONS.size())),
        random.nextInt(ONE_SHORT_IN) == 0 ? random.nextInt(SHORT_MILLIS) : LONG_MILLIS,
        null,
        null);
  }

  private LedgerRecord record(RecordId id, SongPlayed play) {
    return new LedgerRecord(id, play.at(), play.userId(), codec.encode(play), play);
  }
}
