package io.millrace.operator.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.ParsedLine;
import io.millrace.operator.state.WindowOperator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // A harness declares that close may be interrupted.
class LevelCounterTest {
  private static final long MINUTE = 60_000;

  private static OneInputStreamOperatorTestHarness<LogEvent, LevelPart> counter() throws Exception {
    return new OneInputStreamOperatorTestHarness<>(new LevelCounter(0));
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, LevelPart, LevelCount> adder()
      throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new WindowOperator<>(new LevelCountFunction(0)), LevelPart::key, Types.STRING);
  }

  private static LogEvent event(long at) {
    return new LogEvent(
        "web",
        "logs.raw",
        0,
        at,
        new ParsedLine(at, LogLevel.INFO, null, null, "said", Map.of(), null),
        List.of());
  }

  private static LevelPart part(long minute, long count) {
    return new LevelPart("web", "INFO", minute * MINUTE, count, null);
  }

  @Test
  void counter_tellsSums_beforeAWatermarkAndABarrier() throws Exception {
    try (var counter = counter()) {
      counter.open();
      counter.processElement(event(1), 1);
      counter.processElement(event(2), 2);
      counter.processElement(event(MINUTE), MINUTE);
      assertThat(counter.extractOutputValues()).isEmpty();
      counter.processWatermark(10);
      assertThat(counter.extractOutputValues()).containsExactlyInAnyOrder(part(0, 2), part(1, 1));
      counter.getOutput().clear();
      counter.processElement(event(3), 3);
      counter.getOperator().prepareSnapshotPreBarrier(1);
      assertThat(counter.extractOutputValues()).containsExactly(part(0, 1));
    }
  }

  @Test
  void counter_recordOfAClosedMinute_isLate() throws Exception {
    try (var counter = counter()) {
      counter.open();
      counter.processWatermark(MINUTE - 1);
      counter.processElement(event(5), 5);
      counter.processElement(event(MINUTE), MINUTE);
      counter.endInput();
      assertThat(counter.extractOutputValues()).containsExactly(part(1, 1));
      assertThat(counter.getSideOutput(LevelCountFunction.LATE))
          .extracting(late -> late.getValue().f0.at(), late -> late.getValue().f1)
          .containsExactly(tuple(5L, MINUTE - 1));
    }
  }

  @Test
  void restored_recordOfAPublishedMinute_isLateAgain() throws Exception {
    OperatorSubtaskState counted;
    OperatorSubtaskState added;
    try (var counter = counter();
        var adder = adder()) {
      counter.open();
      adder.open();
      counter.processElement(event(1), 1);
      counter.processWatermark(MINUTE - 1);
      for (LevelPart part : counter.extractOutputValues()) {
        adder.processElement(part, part.start());
      }
      adder.processWatermark(MINUTE - 1);
      assertThat(adder.extractOutputValues())
          .containsExactly(new LevelCount("web", "INFO", 0, MINUTE, 1));
      counted = counter.snapshot(1, 1);
      added = adder.snapshot(1, 1);
    }
    try (var counter = counter();
        var adder = adder()) {
      counter.initializeState(counted);
      adder.initializeState(added);
      counter.open();
      adder.open();
      // Its watermark is not told again: sources begin anew.
      counter.processElement(event(2), 2);
      counter.processElement(event(MINUTE + 2), 2);
      assertThat(counter.extractOutputValues())
          .extracting(LevelPart::count)
          .containsExactly(1L, 1L);
      for (LevelPart part : counter.extractOutputValues()) {
        adder.processElement(part, part.start());
      }
      assertThat(adder.getSideOutput(LevelCountFunction.LATE))
          .extracting(late -> late.getValue().f0.at(), late -> late.getValue().f1)
          .containsExactly(tuple(2L, MINUTE - 1));
      adder.processWatermark(10);
      adder.processElement(new LevelPart("web", "INFO", 0, 1, event(3)), 3);
      assertThat(adder.getSideOutput(LevelCountFunction.LATE)).hasSize(2);
      adder.processWatermark(2 * MINUTE - 1);
      assertThat(adder.extractOutputValues())
          .containsExactly(new LevelCount("web", "INFO", MINUTE, 2 * MINUTE, 1));
      assertThat(adder.numEventTimeTimers()).isZero();
      assertThat(adder.numKeyedStateEntries()).isZero();
    }
  }
}
