package io.millrace.operator.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.logline.ParsedLine;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Two partitions, events at most 100 ms out of order, idle after a second. */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
class PartitionWatermarkOperatorTest {
  private static final long PERIOD = 200;

  private static OneInputStreamOperatorTestHarness<LogEvent, LogEvent> open(boolean byEnd)
      throws Exception {
    var harness =
        new OneInputStreamOperatorTestHarness<>(new PartitionWatermarkOperator(100, 1_000, byEnd));
    harness.getExecutionConfig().setAutoWatermarkInterval(PERIOD);
    harness.open();
    return harness;
  }

  private static LogEvent event(int partition, long at) {
    return new LogEvent("web", "logs.raw", partition, at, line(at), List.of());
  }

  private static ParsedLine line(long at) {
    return new ParsedLine(at, null, null, null, "said", Map.of(), null);
  }

  private static List<Object> marks(OneInputStreamOperatorTestHarness<LogEvent, LogEvent> harness) {
    List<Object> marks =
        harness.getOutput().stream()
            .filter(each -> each instanceof Watermark || each instanceof WatermarkStatus)
            .toList();
    harness.getOutput().clear();
    return marks;
  }

  @Test
  void partitionThatWasNotHeardOf_holdsBack_asItsLinesDo() throws Exception {
    try (var harness = open(false)) {
      harness.processElement(event(0, 5_000), 5_000);
      harness.setProcessingTime(PERIOD);
      assertThat(marks(harness)).as("the lines' watermark is not known").isEmpty();
      harness.processWatermark(2_000);
      harness.setProcessingTime(2 * PERIOD);
      assertThat(marks(harness)).containsExactly(new Watermark(2_000));
      harness.processElement(event(1, 3_000), 6_000);
      harness.processWatermark(6_000);
      harness.setProcessingTime(3 * PERIOD);
      assertThat(marks(harness)).as("the slowest partition").containsExactly(new Watermark(2_899));
    }
  }

  @Test
  void partitionOfWhichNothingComes_holdsBackNobody() throws Exception {
    try (var harness = open(false)) {
      harness.processElement(event(0, 1_000), 1_000);
      harness.processElement(event(1, 9_000), 9_000);
      harness.processWatermark(9_500);
      harness.setProcessingTime(PERIOD);
      assertThat(marks(harness)).containsExactly(new Watermark(899));
      harness.setProcessingTime(900);
      harness.processElement(event(1, 9_400), 9_400);
      harness.setProcessingTime(1_200);
      assertThat(marks(harness)).containsExactly(new Watermark(9_299));
      harness.setProcessingTime(3_000);
      assertThat(marks(harness)).containsExactly(WatermarkStatus.IDLE);
      harness.processElement(event(0, 9_600), 9_600);
      harness.setProcessingTime(3_200);
      assertThat(marks(harness)).containsExactly(WatermarkStatus.ACTIVE, new Watermark(9_499));
    }
  }

  @Test
  void boundedInput_isToldOnlyItsEnd() throws Exception {
    try (var harness = open(true)) {
      harness.processElement(event(0, 1_000), 7);
      harness.processWatermark(50_000);
      harness.setProcessingTime(10 * PERIOD);
      assertThat(harness.extractOutputStreamRecords().get(0).getTimestamp()).isEqualTo(1_000);
      assertThat(marks(harness)).isEmpty();
      harness.processWatermark(Watermark.MAX_WATERMARK.getTimestamp());
      assertThat(marks(harness)).containsExactly(Watermark.MAX_WATERMARK);
    }
  }
}
