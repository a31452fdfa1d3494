package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.listening.SongPlayed;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Plays of songs in six regions, each with a taste and a time of day of its own. A new song comes
 * out every 40 minutes, rises and falls. Some plays are too short to count, some come twice, some a
 * little late, and three listeners play one song over and over. Six hours pass in six minutes, then
 * it goes on with the clock.
 */
public final class SongPlaysFeed implements SeededFeed {
  private static final double EXPONENT = 1.05;
  private static final int LISTENERS = 40_000;
  private static final int BOTS = 3;
  private static final int BOT_SONG = FeedSongs.OLD - 1;
  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int FULL_MILLIS = 180_000;
  private static final int SHORT_MILLIS = 29_999;
  private static final int HOURS_A_DAY = 24;
  private static final int PEAK_HOUR = 20;

  /** A release has its most plays so long after it came out, and these fall within so long. */
  private static final double PEAK_MILLIS = 90 * 60_000.0;

  private static final double SPREAD_MILLIS = 55 * 60_000.0;

  /** The share of the plays that a release has at its peak. */
  private static final double PEAK_SHARE = 0.03;

  private static final int RELEASES = 6;

  private final JsonCodec<SongPlayed> codec = Topics.LISTENING_PLAYS.codec();
  private final SplittableRandom random;
  private final FastForward time = new FastForward();
  private final Zipf songs = new Zipf(FeedSongs.OLD, EXPONENT);
  private final Zipf listeners = new Zipf(LISTENERS, 0.6);
  private final double[] activity = new double[REGIONS.size()];
  private long made;
  private byte @Nullable [] last;

  /**
   * A region.
   *
   * @param hours how far its clocks are ahead of UTC
   * @param share how much is played there
   */
  private record Region(String name, int hours, double share) {}

  private static final List<Region> REGIONS =
      List.of(
          new Region("BR", -3, 1.0),
          new Region("DE", 1, 0.8),
          new Region("IN", 5, 1.6),
          new Region("JP", 9, 0.9),
          new Region("NG", 1, 0.7),
          new Region("US", -5, 1.5));

  /** Plays that are the same for one seed. */
  public SongPlaysFeed(long seed) {
    this.random = new SplittableRandom(seed);
  }

  @Override
  public Topic<?> topic() {
    return Topics.LISTENING_PLAYS;
  }

  @Override
  public byte[] next(long now) {
    if (last != null && random.nextInt(100) == 0) {
      return last;
    }
    byte[] play = codec.encode(play(time.at(now)));
    last = play;
    return play;
  }

  private SongPlayed play(long now) {
    long at = now - random.nextInt(MAX_DELAY_MILLIS);
    int region = region(at);
    boolean isBot = random.nextInt(60) == 0;
    int song = isBot ? BOT_SONG : song(region, at);
    return new SongPlayed(
        "play-" + made++,
        at,
        FeedSongs.id(song),
        isBot ? "bot-" + random.nextInt(BOTS) : "listener-" + listeners.draw(random),
        REGIONS.get(isBot ? 0 : region).name(),
        random.nextInt(8) == 0
            ? random.nextInt(SHORT_MILLIS)
            : SHORT_MILLIS + 1 + random.nextInt(FULL_MILLIS),
        null,
        null);
  }

  /** Most is played in the evening. */
  private int region(long at) {
    double sum = 0;
    for (int i = 0; i < activity.length; i++) {
      Region region = REGIONS.get(i);
      double hour = Math.floorMod(at, 86_400_000L) / 3_600_000.0 + region.hours();
      double angle = 2 * Math.PI * (hour - PEAK_HOUR) / HOURS_A_DAY;
      activity[i] = region.share() * (1.2 + Math.cos(angle));
      sum += activity[i];
    }
    double point = random.nextDouble() * sum;
    int region = 0;
    while (region < activity.length - 1 && point >= activity[region]) {
      point -= activity[region++];
    }
    return region;
  }

  private int song(int region, long at) {
    int latest = FeedSongs.release(at);
    long age = Math.floorMod(at, FeedSongs.RELEASED_EVERY_MILLIS);
    for (int i = 0; i < RELEASES; i++) {
      double fromPeak = (age + i * FeedSongs.RELEASED_EVERY_MILLIS - PEAK_MILLIS) / SPREAD_MILLIS;
      if (random.nextDouble() < PEAK_SHARE * Math.exp(-fromPeak * fromPeak)) {
        return latest - i;
      }
    }
    int rank = songs.draw(random);
    // Every other hit is one everywhere; the others are hits of a region.
    return rank % 2 == 0 ? rank : Math.floorMod(rank + 334 * (region + 1), FeedSongs.OLD - 1);
  }
}
