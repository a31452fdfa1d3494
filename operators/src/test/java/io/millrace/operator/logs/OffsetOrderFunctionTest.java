package io.millrace.operator.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // A harness declares that close may be interrupted.
class OffsetOrderFunctionTest {
  private static KeyedOneInputStreamOperatorTestHarness<String, LogLine, LogLine> harness()
      throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new OffsetOrderFunction()), LogLine::stream, Types.STRING);
  }

  private static LogLine line(int partition, long offset) {
    return new LogLine("web", "logs.raw", partition, offset, 0, null, null, Map.of(), false);
  }

  @Test
  void linesInAnyOrder_withAFailure_comeByOffset_eachOnce_andNothingStays() throws Exception {
    List<LogLine> lines = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      lines.add(line(i % 2, i));
    }
    lines.add(line(0, 10));
    Collections.shuffle(lines, new Random(3));
    try (var before = harness();
        var after = harness()) {
      before.open();
      for (LogLine line : lines.subList(0, 150)) {
        before.processElement(line, 0);
      }
      after.initializeState(before.snapshot(1, 1));
      after.open();
      for (LogLine line : lines.subList(150, lines.size())) {
        after.processElement(line, 0);
      }
      assertThat(after.extractOutputValues()).isEmpty();
      after.processWatermark(Watermark.MAX_WATERMARK);

      for (int partition = 0; partition < 2; partition++) {
        int of = partition;
        assertThat(
                after.extractOutputValues().stream()
                    .filter(line -> line.partition() == of)
                    .map(LogLine::offset))
            .hasSize(150)
            .isSorted()
            .doesNotHaveDuplicates();
      }
      assertThat(after.numKeyedStateEntries()).isZero();
      assertThat(after.numEventTimeTimers()).isZero();
    }
  }
}
