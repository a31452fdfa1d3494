package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.window.PanedWindows;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class StandInWatermarkOperatorTest {
  private static final PanedWindows MINUTES = new PanedWindows(60_000, 60_000, 0);

  @RegisterExtension final OpenHarnesses harnesses = new OpenHarnesses();

  private OneInputStreamOperatorTestHarness<PartialCount, PartialCount> open(long ahead)
      throws Exception {
    var harness =
        harnesses.add(
            new OneInputStreamOperatorTestHarness<>(
                new StandInWatermarkOperator(
                    new PaneCounting(
                        MINUTES, PaneCounting.DueAt.CLOSE, "exact", ahead, 64 << 10))));
    harness.open();
    return harness;
  }

  private static List<String> sent(
      OneInputStreamOperatorTestHarness<PartialCount, PartialCount> harness) {
    return Partials.drain(harness.getOutput());
  }

  @Test
  void active_countsAndWatermarks_passAsTheyAre() throws Exception {
    var harness = open(0);
    harness.processElement(new StreamRecord<>(Partials.of(MINUTES, 0, 0, "a")));
    harness.processWatermark(5);
    harness.setProcessingTime(1_000_000);
    harness.processWatermark(Long.MAX_VALUE);
    assertThat(sent(harness))
        .containsExactly("page 0 until 60000: a=1", "watermark 5", "watermark " + Long.MAX_VALUE);
  }

  @Test
  void idle_watermarkGoesOnWithTheClockAndStatusIsNotHandedOn() throws Exception {
    var harness = open(7);
    harness.setProcessingTime(100_000);
    harness.processWatermark(5);
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    assertThat(sent(harness)).containsExactly("watermark 5", "watermark 100007");
    harness.setProcessingTime(100_999);
    assertThat(sent(harness)).isEmpty();
    harness.setProcessingTime(101_000);
    harness.setProcessingTime(102_000);
    assertThat(sent(harness)).containsExactly("watermark 101007", "watermark 102007");
  }

  @Test
  void activeAgain_watermarkStaysUntilTheTasksOwnIsBeyond() throws Exception {
    var harness = open(7);
    harness.setProcessingTime(100_000);
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
    harness.setProcessingTime(200_000);
    harness.processWatermark(90_000);
    harness.processWatermark(100_007);
    harness.processWatermark(100_008);
    assertThat(sent(harness)).containsExactly("watermark 100007", "watermark 100008");
  }

  @Test
  void idleAgainAndAgain_oneTimer() throws Exception {
    var harness = open(0);
    for (int i = 0; i < 5; i++) {
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
    }
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    sent(harness);
    harness.setProcessingTime(1_000);
    assertThat(sent(harness)).containsExactly("watermark 1000");
    harness.setProcessingTime(2_000);
    assertThat(sent(harness)).containsExactly("watermark 2000");
  }

  @Test
  void idle_noBoundAhead_doesNotOverflow() throws Exception {
    var harness = open(Long.MAX_VALUE);
    harness.setProcessingTime(100_000);
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    assertThat(sent(harness)).containsExactly("watermark " + (1L << 62));
  }
}
