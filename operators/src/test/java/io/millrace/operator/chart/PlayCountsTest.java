package io.millrace.operator.chart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.sketch.ItemSlice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlayCountsTest {
  /** A play as song, region and listener. */
  private record Play(String song, String region, long listener) {}

  private static final class Fields implements PlayFields<Play> {
    private static final long serialVersionUID = 1L;

    @Override
    public void song(Play play, ItemSlice slice) {
      slice.set(play.song());
    }

    @Override
    public void region(Play play, ItemSlice slice) {
      slice.set(play.region());
    }

    @Override
    public long listener(Play play) {
      return play.listener();
    }
  }

  /** Hands on; returns bucket and form of each part. */
  private static List<String> handedOn(PlayCounts<Play> counts) {
    List<String> parts = new ArrayList<>();
    counts.handOn((bucket, form) -> parts.add(bucket + " " + Arrays.toString(form)));
    return parts;
  }

  private static void play(PlayCounts<Play> counts, int songs, int plays) {
    for (int i = 0; i < plays; i++) {
      counts.add(new Play("song-" + i % songs, i % 3 == 0 ? "DE" : "FR", i * 0x9E3779B97F4A7C15L));
    }
    ItemSlice song = new ItemSlice();
    song.set("song-0");
    counts.addBeyondLast(song, "DE".getBytes(UTF_8));
    counts.addBeyondAligned(song, "FR".getBytes(UTF_8));
  }

  @Test
  void reset_afterManyPlays_countsAsIfNew() {
    PlayCounts<Play> counts = new PlayCounts<>(new Fields());
    play(counts, 500, 3_000);
    // So many of one song that its listeners are sampled.
    play(counts, 1, 5_000);
    handedOn(counts);

    counts.reset();
    play(counts, 70, 900);

    PlayCounts<Play> fresh = new PlayCounts<>(new Fields());
    play(fresh, 70, 900);
    assertThat(handedOn(counts)).isNotEmpty().isEqualTo(handedOn(fresh));
  }

  @Test
  void reset_nothingCounted_handsNothingOn() {
    PlayCounts<Play> counts = new PlayCounts<>(new Fields());
    play(counts, 5, 50);
    counts.reset();

    assertThat(handedOn(counts)).isEmpty();
  }
}
