package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.local.bench.ChartRecount.Charted;
import io.millrace.local.bench.ChartRecount.Kind;
import io.millrace.schema.listening.SongPlayed;
import org.junit.jupiter.api.Test;

class ChartRecountTest {
  private static final int HOUR = 3_600_000;
  private static final int HALF_HOUR = HOUR / 2;
  private static final int BR = 1;
  private static final int DE = 2;

  private final PlayLoad load = new PlayLoad(100);

  @Test
  void first_ofRegionAndAll_byPlaysThenId() {
    play(0, 7, 1, "BR");
    play(1, 7, 2, "DE");
    play(2, 10, 3, "DE");
    play(3, 10, 4, "DE");
    play(4, 9, 5, "BR");

    ChartRecount truth = new ChartRecount(load, HOUR, false);

    assertThat(truth.next()).isTrue();
    assertThat(truth.end()).isEqualTo(PlayLoad.START + HOUR);
    assertThat(truth.first(Kind.WINDOWED, ChartRecount.GLOBAL, 2))
        .containsExactly(new Charted(10, 2), new Charted(7, 2));
    assertThat(truth.first(Kind.WINDOWED, BR, 9))
        .containsExactly(new Charted(7, 1), new Charted(9, 1));
    assertThat(truth.listeners(ChartRecount.GLOBAL, new int[] {9, 7})).containsExactly(1, 2);
    assertThat(truth.listeners(DE, new int[] {7})).containsExactly(1);
    assertThat(truth.next()).isFalse();
  }

  @Test
  void next_playsThatLeave_areBaselineOfLaterWindows() {
    play(0, 1, 1, "BR");
    play(HOUR, 1, 1, "BR");
    play(HOUR + 1, 1, 2, "BR");

    ChartRecount truth = new ChartRecount(load, HALF_HOUR, false);

    assertThat(truth.next()).isTrue();
    assertThat(truth.next()).isTrue();
    assertThat(truth.next()).isTrue();
    assertThat(truth.end()).isEqualTo(PlayLoad.START + 3L * HALF_HOUR);
    assertThat(truth.plays(BR, 1)).isEqualTo(2);
    assertThat(truth.baseline(BR, 1)).isEqualTo(1 / 24.0);
    assertThat(truth.isActive(DE)).isFalse();
  }

  @Test
  void score_decayed_halvesWithEachHalfLifeFromTheMiddleOfThePane() {
    play(0, 1, 1, "BR");
    play(HOUR, 1, 1, "BR");

    ChartRecount truth = new ChartRecount(load, HOUR, false);

    assertThat(truth.next()).isTrue();
    assertThat(truth.next()).isTrue();
    assertThat(truth.score(Kind.DECAYED, BR, 1))
        .isCloseTo(Math.pow(2, -0.5) + Math.pow(2, -1.5), within(1e-12));
  }

  @Test
  void novelty_belowSupport_isInNoChart() {
    for (int i = 0; i < 20; i++) {
      play(i, 1, i, "BR");
      play(i, 2, i, i == 0 ? "DE" : "BR");
    }

    ChartRecount truth = new ChartRecount(load, HOUR, false);

    assertThat(truth.next()).isTrue();
    assertThat(truth.first(Kind.NOVELTY, BR, 9)).containsExactly(new Charted(1, 20));
    assertThat(truth.first(Kind.NOVELTY, ChartRecount.GLOBAL, 9))
        .containsExactly(new Charted(1, 20), new Charted(2, 20));
  }

  @Test
  void capped_listenerBeyondTen_countsInOrderOfSlidesAndRegions() {
    for (int i = 0; i < 8; i++) {
      play(HALF_HOUR + i, 1, 1, "BR");
      play(i, 1, 1, "DE");
    }

    ChartRecount truth = new ChartRecount(load, HALF_HOUR, true);

    assertThat(truth.next()).isTrue();
    assertThat(truth.plays(DE, 1)).isEqualTo(8);
    assertThat(truth.next()).isTrue();
    assertThat(truth.plays(DE, 1)).isEqualTo(8);
    assertThat(truth.plays(BR, 1)).isEqualTo(2);
    assertThat(truth.plays(ChartRecount.GLOBAL, 1)).isEqualTo(10);
    assertThat(truth.score(Kind.DECAYED, BR, 1)).isCloseTo(2 * Math.pow(2, -0.25), within(1e-12));
    assertThat(truth.next()).isTrue();
    assertThat(truth.plays(BR, 1)).isEqualTo(8);
    assertThat(truth.baseline(DE, 1)).isEqualTo(8 / 24.0);
  }

  @Test
  void capped_repeatedPlay_countsOnce() {
    play(0, 1, 1, "BR");
    load.add(played(0, 1, 1, "BR", 30_000), true, 100);
    load.add(played(0, 1, 1, "BR", 29_999), false, 100);

    ChartRecount once = new ChartRecount(load, HOUR, true);
    ChartRecount each = new ChartRecount(load, HOUR, false);

    assertThat(once.next()).isTrue();
    assertThat(once.plays(BR, 1)).isEqualTo(1);
    assertThat(each.next()).isTrue();
    assertThat(each.plays(BR, 1)).isEqualTo(2);
  }

  private void play(int at, int song, int listener, String region) {
    load.add(played(at, song, listener, region, 30_000), false, 100);
  }

  private static SongPlayed played(int at, int song, int listener, String region, long millis) {
    return new SongPlayed(
        "play-1",
        PlayLoad.START + at,
        PlayLoad.songId(song),
        "listener-" + listener,
        region,
        millis,
        null,
        null);
  }
}
