package io.millrace.job.listening;

import io.millrace.operator.chart.PlayFields;
import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.listening.SongPlayed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a play that the job reads. */
final class PlaySlices implements PlayFields<Projected> {
  /** Their names, in the order of the slices. */
  static final List<String> NAMES =
      List.of("playId", "songId", "userId", "region", "durationPlayedMillis", "title", "artist");

  private static final long serialVersionUID = 1L;
  private static final int PLAY_ID = 0;
  private static final int SONG_ID = 1;
  private static final int USER_ID = 2;
  private static final int REGION = 3;
  private static final int DURATION = 4;
  private static final int TITLE = 5;
  private static final int ARTIST = 6;

  /** Hashes are part of the layout of state. */
  private static final long SEED = 0;

  @Override
  public void song(Projected play, ItemSlice slice) {
    set(play, SONG_ID, slice);
  }

  @Override
  public void region(Projected play, ItemSlice slice) {
    set(play, REGION, slice);
  }

  @Override
  public long listener(Projected play) {
    return hash(SEED, play, USER_ID);
  }

  /** A hash of the play's id. */
  static long id(Projected play) {
    return hash(SEED, play, PLAY_ID);
  }

  static long durationMillis(Projected play) {
    return play.number(DURATION);
  }

  /** Whether it says what the song is called. */
  static boolean hasName(Projected play) {
    return play.has(TITLE) || play.has(ARTIST);
  }

  /** A hash of the song. */
  static long song(Projected play) {
    return hash(SEED, play, SONG_ID);
  }

  /** A hash of what the song is called. */
  static long name(Projected play) {
    return hash(hash(SEED, play, TITLE), play, ARTIST);
  }

  static String songId(Projected play) {
    return play.string(SONG_ID);
  }

  /** The whole play. */
  static SongPlayed play(Projected play) {
    return new SongPlayed(
        play.string(PLAY_ID),
        play.at(),
        songId(play),
        play.string(USER_ID),
        play.string(REGION),
        durationMillis(play),
        title(play),
        artist(play));
  }

  static @Nullable String title(Projected play) {
    return play.has(TITLE) ? play.string(TITLE) : null;
  }

  static @Nullable String artist(Projected play) {
    return play.has(ARTIST) ? play.string(ARTIST) : null;
  }

  private static void set(Projected play, int field, ItemSlice slice) {
    slice.set(play.text(), play.start(field), play.length(field));
  }

  private static long hash(long seed, Projected play, int field) {
    return play.has(field)
        ? ItemBytes.hash(seed, play.text(), play.start(field), play.length(field))
        : seed;
  }
}
