package io.millrace.operator.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class PanedWindowsTest {
  private static final PanedWindows TUMBLING = new PanedWindows(60_000, 60_000, 0);
  private static final PanedWindows UNEVEN = new PanedWindows(90_000, 60_000, 0);

  @Test
  void paneMillis_slideDividesWindow_isSlide() {
    assertThat(new PanedWindows(3_600_000, 300_000, 0).paneMillis()).isEqualTo(300_000);
    assertThat(TUMBLING.paneMillis()).isEqualTo(60_000);
  }

  @Test
  void paneMillis_slideDoesNotDivideWindow_isGreatestCommonDivisor() {
    assertThat(UNEVEN.paneMillis()).isEqualTo(30_000);
  }

  @Test
  void paneStart_edges_startIsInclusiveAndEndExclusive() {
    assertThat(TUMBLING.paneStart(0)).isEqualTo(0);
    assertThat(TUMBLING.paneStart(59_999)).isEqualTo(0);
    assertThat(TUMBLING.paneStart(60_000)).isEqualTo(60_000);
    assertThat(TUMBLING.paneStart(-1)).isEqualTo(-60_000);
    assertThat(TUMBLING.paneStart(-60_000)).isEqualTo(-60_000);
    assertThat(TUMBLING.paneStart(-60_001)).isEqualTo(-120_000);
  }

  @Test
  void windowEnds_tumbling_areThePanesOwn() {
    assertThat(TUMBLING.firstWindowEnd(60_000)).isEqualTo(120_000);
    assertThat(TUMBLING.lastWindowEnd(60_000)).isEqualTo(120_000);
    assertThat(TUMBLING.firstWindowEnd(-60_000)).isEqualTo(0);
    assertThat(TUMBLING.lastWindowEnd(-60_000)).isEqualTo(0);
    assertThat(TUMBLING.windowStart(120_000)).isEqualTo(60_000);
  }

  @Test
  void windowEnds_slideDoesNotDivideWindow_somePanesLieInOneWindowAndSomeInTwo() {
    // Windows start at ..., -60, 0, 60, ... s and are 90 s long.
    assertThat(UNEVEN.firstWindowEnd(0)).isEqualTo(30_000);
    assertThat(UNEVEN.lastWindowEnd(0)).isEqualTo(90_000);
    assertThat(UNEVEN.firstWindowEnd(30_000)).isEqualTo(90_000);
    assertThat(UNEVEN.lastWindowEnd(30_000)).isEqualTo(90_000);
    assertThat(UNEVEN.firstWindowEnd(60_000)).isEqualTo(90_000);
    assertThat(UNEVEN.lastWindowEnd(60_000)).isEqualTo(150_000);
    assertThat(UNEVEN.firstWindowEnd(-30_000)).isEqualTo(30_000);
    assertThat(UNEVEN.lastWindowEnd(-30_000)).isEqualTo(30_000);
  }

  @Test
  void holds_panesOfTwoWindows_sharedAndNot() {
    assertThat(UNEVEN.holds(90_000, 0)).isTrue();
    assertThat(UNEVEN.holds(90_000, 60_000)).isTrue();
    assertThat(UNEVEN.holds(90_000, 90_000)).isFalse();
    assertThat(UNEVEN.holds(90_000, -30_000)).isFalse();
  }

  @Test
  void closeTime_withoutLateness_isTheLastMillisecondOfTheWindow() {
    assertThat(TUMBLING.closeTime(60_000)).isEqualTo(59_999);
    assertThat(TUMBLING.windowEndClosingAt(59_999)).isEqualTo(60_000);
    assertThat(UNEVEN.paneCloseTime(0)).isEqualTo(89_999);
  }

  @Test
  void closeTime_withLateness_isThatMuchLater() {
    PanedWindows patient = new PanedWindows(60_000, 60_000, 5_000);
    assertThat(patient.closeTime(60_000)).isEqualTo(64_999);
    assertThat(patient.windowEndClosingAt(64_999)).isEqualTo(60_000);
    assertThat(patient.paneCloseTime(0)).isEqualTo(64_999);
  }

  @Test
  void firstOpenWindowEnd_watermarkAtTheEdge_isExactToTheMillisecond() {
    PanedWindows sliding = new PanedWindows(60_000, 20_000, 1_000);
    // The pane at 40 s lies in the windows that end at 60, 80 and 100 s.
    assertThat(sliding.firstOpenWindowEnd(40_000, Long.MIN_VALUE)).isEqualTo(60_000);
    assertThat(sliding.firstOpenWindowEnd(40_000, 60_998)).isEqualTo(60_000);
    assertThat(sliding.firstOpenWindowEnd(40_000, 60_999)).isEqualTo(80_000);
    assertThat(sliding.firstOpenWindowEnd(40_000, 80_998)).isEqualTo(80_000);
    assertThat(sliding.firstOpenWindowEnd(40_000, 80_999)).isEqualTo(100_000);
    assertThat(sliding.firstOpenWindowEnd(40_000, 100_998)).isEqualTo(100_000);
  }

  @Test
  void everything_timesFarFromTheEpoch_doesNotOverflow() {
    long far = 1L << 62;
    PanedWindows long_ = new PanedWindows(1L << 60, 1L << 60, 1L << 60);
    assertThat(long_.paneCloseTime(long_.paneStart(far))).isEqualTo(far - 1 + (1L << 61));
    assertThat(long_.paneStart(-far)).isEqualTo(-far);
    assertThat(long_.firstWindowEnd(-far)).isEqualTo(-far + (1L << 60));
  }

  @Test
  void constructor_outOfRange_refuses() {
    refuses(0, 1, 0, "window must be from 1 ms");
    refuses((1L << 60) + 1, 1L << 59, 0, "window must be from 1 ms");
    refuses(10, 0, 0, "slide must be from 1 ms");
    refuses(10, 11, 0, "slide must be from 1 ms");
    refuses(10, 10, -1, "allowed lateness");
    refuses(10, 10, Long.MAX_VALUE, "allowed lateness");
    refuses(10_001, 1, 0, "choose a slide that divides it");
    assertThat(new PanedWindows(10_000, 1, 0).paneMillis()).isEqualTo(1);
  }

  private static void refuses(long size, long slide, long lateness, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PanedWindows(size, slide, lateness))
        .withMessageContaining(message);
  }
}
