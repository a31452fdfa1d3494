package io.millrace.operator.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CapTableTest {
  private static final int REGIONS = 3;

  /** Regions by numbers that are not their order. */
  private static final int[] ORDER = {2, 0, 1};

  private record Play(long pair, long pane, int region) {
    static final Comparator<Play> FIRST =
        Comparator.comparingLong(Play::pane).thenComparingInt(play -> ORDER[play.region()]);
  }

  private record Where(long windowEnd, long pane, int region) {}

  @Test
  void add_anyOrder_tellsWhatIsBeyondTheCapOfEachWindow() {
    for (PanedWindows windows :
        List.of(
            new PanedWindows(60, 5, 0), new PanedWindows(60, 60, 0), new PanedWindows(60, 24, 0))) {
      for (int cap : new int[] {1, 3, 10}) {
        SplittableRandom random = new SplittableRandom(cap);
        CapTable table =
            new CapTable(windows, cap, (one, other) -> Integer.compare(ORDER[one], ORDER[other]));
        Map<Where, Integer> told = new TreeMap<>(order());
        List<Play> plays = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
          long pair = random.nextInt(8) * 0x9E3779B97F4A7C15L;
          long pane = windows.paneStart(random.nextInt(400));
          int region = random.nextInt(4) == 0 ? random.nextInt(REGIONS) : 0;
          Play play = new Play(pair, pane, region);
          long same = plays.stream().filter(play::equals).count();
          boolean mayCount =
              table.add(
                  pair,
                  pane,
                  region,
                  Long.MIN_VALUE,
                  (end, in, where) -> told.merge(new Where(end, in, where), 1, Integer::sum));
          assertThat(mayCount).isEqualTo(same < cap);
          if (mayCount) {
            plays.add(play);
          }
        }
        assertThat(told).isEqualTo(excess(plays, windows, cap));
        assertThat(told).isNotEmpty();
      }
    }
  }

  /** Counts it window by window, from all plays. */
  private static Map<Where, Integer> excess(List<Play> plays, PanedWindows windows, int cap) {
    Map<Where, Integer> excess = new TreeMap<>(order());
    for (long end = -60; end <= 600; end++) {
      if (Math.floorMod(end - windows.sizeMillis(), windows.slideMillis()) != 0) {
        continue;
      }
      Map<Long, Integer> counted = new HashMap<>();
      for (Play play : plays.stream().sorted(Play.FIRST).toList()) {
        if (windows.holds(end, play.pane()) && counted.merge(play.pair(), 1, Integer::sum) > cap) {
          excess.merge(new Where(end, play.pane(), play.region()), 1, Integer::sum);
        }
      }
    }
    return excess;
  }

  @Test
  void forget_panesThatArePassed_keepsTheOthers() {
    PanedWindows windows = new PanedWindows(60, 5, 0);
    CapTable table = new CapTable(windows, 2, Integer::compare);
    List<Long> told = new ArrayList<>();
    for (int pair = 0; pair < 1_000; pair++) {
      for (long pane = 0; pane < 60; pane += 5) {
        table.add(pair * 0x9E3779B97F4A7C15L, pane, 0, Long.MIN_VALUE, (end, p, r) -> {});
      }
    }
    assertThat(table.size()).isEqualTo(12_000);
    long before = table.memoryBytes();

    table.forget(11_000, 55);

    assertThat(table.size()).isEqualTo(1_000);
    assertThat(table.memoryBytes()).isLessThan(before / 4);
    // The one play that is left of each listener counts with the next, but not with a third.
    assertThat(table.add(0, 60, 0, 55, (end, p, r) -> told.add(end))).isTrue();
    assertThat(told).isEmpty();
    assertThat(table.add(0, 65, 0, 55, (end, p, r) -> told.add(end))).isTrue();
    assertThat(told).containsExactly(70L, 75L, 80L, 85L, 90L, 95L, 100L, 105L, 110L, 115L);
  }

  /** What is said to be forgotten may be gone already; the rest keeps its room. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void forget_onePaneAfterTheOther_keepsTheOthers() {
    CapTable table = new CapTable(new PanedWindows(60, 5, 0), 2, Integer::compare);
    for (int pair = 0; pair < 1_000; pair++) {
      for (long pane = 0; pane < 60; pane += 5) {
        table.add(pair * 0x9E3779B97F4A7C15L, pane, 0, Long.MIN_VALUE, (end, p, r) -> {});
      }
    }

    for (int pane = 0; pane < 11; pane++) {
      table.forget(1_000, 55);
    }

    for (int pair = 0; pair < 1_000; pair++) {
      List<Long> told = new ArrayList<>();
      table.add(pair * 0x9E3779B97F4A7C15L, 60, 0, 55, (end, p, r) -> told.add(end));
      assertThat(told).isEmpty();
      table.add(pair * 0x9E3779B97F4A7C15L, 65, 0, 55, (end, p, r) -> told.add(end));
      assertThat(told).hasSize(10);
    }
  }

  private static Comparator<Where> order() {
    return Comparator.comparingLong(Where::windowEnd)
        .thenComparingLong(Where::pane)
        .thenComparingInt(Where::region);
  }
}
