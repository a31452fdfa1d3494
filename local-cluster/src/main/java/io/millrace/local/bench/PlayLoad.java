package io.millrace.local.bench;

import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.feed.Zipf;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * The plays that a benchmark reads: windows of trending songs that are full to the edge, all with
 * equally many plays. Keeps of each play when it was, what, where, by whom, and whether it counts.
 *
 * <p><b>Space</b>: 14 bytes a play.
 */
final class PlayLoad {
  /** Windows that the plays fill. */
  static final int WINDOWS = 2;

  /** Length of a window of trending songs: the job's default. */
  static final long WINDOW_MILLIS = 3_600_000;

  /** Start of the first window. */
  static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  /** Songs to draw from. */
  static final int SONGS = 1_000_000;

  /** Of Zipf's law, which songs are drawn by. */
  static final double EXPONENT = 1.1;

  /** Listeners to draw from, all alike. */
  static final int LISTENERS = 2_000_000;

  /** Where plays are, in the order of the names. */
  static final List<String> REGIONS = List.of("BR", "DE", "IN", "JP", "US");

  /** One play of so many comes once more. */
  static final int REPEATED_OF = 50;

  /** One play of so many is too short to count. */
  static final int SHORT_OF = 10;

  /** Listeners who play one song over and over. */
  static final int LOOPERS = 5;

  private static final int LOOPED_OF = 500;
  private static final int LOOPED_SONG = 10;
  private static final long MIN_PLAYED_MILLIS = 30_000;
  private static final int MAX_PLAYED_MILLIS = 180_000;
  private static final int MAX_DELAY_MILLIS = 2_000;

  /** A repeated play comes after so many others at most. */
  private static final int MAX_APART = 500;

  private static final byte COUNTS = 1;
  private static final byte REPEATED = 2;

  private final int[] times;
  private final int[] songs;
  private final int[] listeners;
  private final byte[] regions;
  private final byte[] flags;
  private int records;
  private long bytes;
  private long checksum;

  /** An empty load with room for so many plays. */
  PlayLoad(int capacity) {
    times = new int[capacity];
    songs = new int[capacity];
    listeners = new int[capacity];
    regions = new byte[capacity];
    flags = new byte[capacity];
  }

  /** Makes plays and writes them into their topic; stops early where {@code stop} says so. */
  static PlayLoad fill(TopicFeeder feeder, int records, long seed, BooleanSupplier stop)
      throws IOException {
    PlayLoad load = new PlayLoad(records);
    SplittableRandom random = new SplittableRandom(seed);
    Zipf songs = new Zipf(SONGS, EXPONENT);
    JsonCodec<SongPlayed> codec = Topics.LISTENING_PLAYS.codec();
    SongPlayed[] recent = new SongPlayed[MAX_APART];
    while (load.records < records && !stop.getAsBoolean()) {
      int index = load.records;
      long now = START + index * (WINDOWS * WINDOW_MILLIS) / records;
      long windowStart = now - Math.floorMod(now, WINDOW_MILLIS);
      SongPlayed former = recent[random.nextInt(MAX_APART)];
      // All of a window's plays come before those of the next, so no program has late ones.
      boolean isRepeated =
          random.nextInt(REPEATED_OF) == 0
              && former != null
              && former.at() >= Math.max(windowStart, now - 2 * MAX_DELAY_MILLIS);
      SongPlayed play = isRepeated ? former : play(index, now, random, songs);
      recent[index % MAX_APART] = play;
      byte[] json = codec.encode(play);
      // Without a key: a partition that is longer than the others would be timed on its own.
      feeder.send(Topics.LISTENING_PLAYS.name(), null, json);
      load.add(play, isRepeated, json.length);
    }
    feeder.flush();
    return load;
  }

  private static SongPlayed play(int index, long now, SplittableRandom random, Zipf songs) {
    long windowStart = now - Math.floorMod(now, WINDOW_MILLIS);
    boolean isLooped = random.nextInt(LOOPED_OF) == 0;
    int song = isLooped ? LOOPED_SONG : songs.draw(random);
    int listener = isLooped ? random.nextInt(LOOPERS) : LOOPERS + random.nextInt(LISTENERS);
    return new SongPlayed(
        "play-" + index,
        Math.max(windowStart, now - random.nextInt(MAX_DELAY_MILLIS)),
        songId(song),
        "listener-" + listener,
        REGIONS.get(random.nextInt(REGIONS.size())),
        random.nextInt(SHORT_OF) == 0
            ? random.nextLong(MIN_PLAYED_MILLIS)
            : random.nextLong(MIN_PLAYED_MILLIS, MAX_PLAYED_MILLIS),
        null,
        null);
  }

  /** The id of a song by its number. */
  static String songId(int song) {
    return "song-" + song;
  }

  /** The number of a song by its id; -1 for what is none. */
  static int song(String songId) {
    try {
      int song = Integer.parseInt(songId.substring(songId.indexOf('-') + 1));
      return song >= 0 && song < SONGS && songId(song).equals(songId) ? song : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * Adds a play of ours.
   *
   * @param isRepeated whether it came before
   */
  void add(SongPlayed play, boolean isRepeated, int length) {
    times[records] = Math.toIntExact(play.at() - START);
    songs[records] = song(play.songId());
    listeners[records] = Integer.parseInt(play.userId().substring(play.userId().indexOf('-') + 1));
    regions[records] = (byte) REGIONS.indexOf(play.region());
    int flag = play.durationPlayedMillis() >= MIN_PLAYED_MILLIS ? COUNTS : 0;
    flags[records] = (byte) (isRepeated ? flag | REPEATED : flag);
    records++;
    bytes += length;
    checksum +=
        play.at()
            + play.durationPlayedMillis()
            + play.playId().length()
            + play.songId().length()
            + play.userId().length()
            + play.region().length();
  }

  int records() {
    return records;
  }

  /** How many bytes their values have. */
  long bytes() {
    return bytes;
  }

  /** The sum of their numbers and of the lengths of their texts. */
  long checksum() {
    return checksum;
  }

  /** Milliseconds from {@link #START} to a play. */
  int time(int index) {
    return times[index];
  }

  int song(int index) {
    return songs[index];
  }

  int listener(int index) {
    return listeners[index];
  }

  /** Which of {@link #REGIONS}. */
  int region(int index) {
    return regions[index];
  }

  /**
   * Whether a play counts.
   *
   * @param once whether repetitions don't
   */
  boolean counts(int index, boolean once) {
    return (flags[index] & COUNTS) != 0 && !(once && (flags[index] & REPEATED) != 0);
  }

  /** How many songs occur. */
  int distinct() {
    BitSet occurring = new BitSet(SONGS);
    for (int i = 0; i < records; i++) {
      occurring.set(songs[i]);
    }
    return occurring.cardinality();
  }
}
