package io.millrace.operator.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Against windows that are found by trying every millisecond as their start. */
final class PanedWindowsPropertyTest {
  private static List<Long> endsOfWindowsWith(long at, long size, long slide) {
    List<Long> ends = new ArrayList<>();
    for (long start = at - size; start <= at; start++) {
      if (start % slide == 0 && start <= at && at < start + size) {
        ends.add(start + size);
      }
    }
    return ends;
  }

  @Property(seed = "1", tries = 2_000)
  void windowsOfAPane_areThoseOfEachOfItsRecords(
      @ForAll @LongRange(min = -500, max = 500) long at,
      @ForAll @IntRange(min = 1, max = 60) int size,
      @ForAll @IntRange(min = 1, max = 60) int slide,
      @ForAll @LongRange(min = 0, max = 30) long lateness) {
    Assume.that(slide <= size);
    PanedWindows windows = new PanedWindows(size, slide, lateness);
    List<Long> ends = endsOfWindowsWith(at, size, slide);

    long pane = windows.paneStart(at);
    assertThat(pane).isBetween(at - windows.paneMillis() + 1, at);
    assertThat(windows.firstWindowEnd(pane)).isEqualTo(ends.get(0));
    assertThat(windows.lastWindowEnd(pane)).isEqualTo(ends.get(ends.size() - 1));
    assertThat(windows.paneCloseTime(pane)).isEqualTo(ends.get(ends.size() - 1) - 1 + lateness);
    for (long end = at - 2L * size; end <= at + 2L * size; end++) {
      if (Math.floorMod(end - size, slide) == 0) {
        assertThat(windows.holds(end, pane)).isEqualTo(ends.contains(end));
      }
    }
  }

  @Property(seed = "2", tries = 2_000)
  void firstOpenWindow_isTheFirstThatTheWatermarkHasNotClosed(
      @ForAll @LongRange(min = -500, max = 500) long at,
      @ForAll @IntRange(min = 1, max = 60) int size,
      @ForAll @IntRange(min = 1, max = 60) int slide,
      @ForAll @LongRange(min = 0, max = 30) long lateness,
      @ForAll @LongRange(min = -100, max = 100) long behind) {
    Assume.that(slide <= size);
    PanedWindows windows = new PanedWindows(size, slide, lateness);
    long watermark = at + behind;
    List<Long> open =
        endsOfWindowsWith(at, size, slide).stream()
            .filter(end -> end - 1 + lateness > watermark)
            .toList();

    long pane = windows.paneStart(at);
    assertThat(windows.paneCloseTime(pane) > watermark).isEqualTo(!open.isEmpty());
    if (!open.isEmpty()) {
      assertThat(windows.firstOpenWindowEnd(pane, watermark)).isEqualTo(open.get(0));
    }
    assertThat(windows.windowEndClosingAt(windows.closeTime(at))).isEqualTo(at);
  }

  @Property(seed = "3", tries = 1_000)
  void panes_cutEveryWindowIntoWholePanes(
      @ForAll @LongRange(min = -50, max = 50) long number,
      @ForAll @IntRange(min = 1, max = 60) int size,
      @ForAll @IntRange(min = 1, max = 60) int slide) {
    Assume.that(slide <= size);
    long start = number * slide;
    PanedWindows windows = new PanedWindows(size, slide, 0);
    assertThat(windows.paneStart(start)).isEqualTo(start);
    assertThat(windows.paneStart(start + size)).isEqualTo(start + size);
    assertThat(windows.paneStart(start + size - 1)).isEqualTo(start + size - windows.paneMillis());
  }
}
