package io.millrace.operator.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccountFunctionTest {
  private final List<KeyedTwoInputStreamOperatorTestHarness<?, ?, ?, ?>> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var harness : opened) {
      harness.close();
    }
  }

  private KeyedTwoInputStreamOperatorTestHarness<String, StreamCounts, StreamCounts, StreamCounts>
      open(boolean byClock, @Nullable OperatorSubtaskState state) throws Exception {
    var harness =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            new KeyedCoProcessOperator<>(new AccountFunction(byClock)),
            StreamCounts::stream,
            StreamCounts::stream,
            Types.STRING,
            1,
            1,
            0);
    opened.add(harness);
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  /** Counts that tell from each other which of them was added to which. */
  private static StreamCounts counts(int partition, long lastOffset, long one) {
    return new StreamCounts(
        "web",
        "logs.raw",
        partition,
        new LineCounts(
            lastOffset,
            1_000 + lastOffset,
            36 * one,
            one,
            2 * one,
            3 * one,
            4 * one,
            5 * one,
            6 * one,
            15 * one));
  }

  private static void end(
      KeyedTwoInputStreamOperatorTestHarness<String, StreamCounts, StreamCounts, StreamCounts>
          harness)
      throws Exception {
    harness.processWatermark1(Watermark.MAX_WATERMARK);
    harness.processWatermark2(Watermark.MAX_WATERMARK);
  }

  @Test
  void bounded_partsAreAdded_ofWholesTheLastCounts_andNothingStays() throws Exception {
    for (boolean partsFirst : new boolean[] {true, false}) {
      var harness = open(false, null);
      if (partsFirst) {
        harness.processElement1(counts(0, 5, 1), 0);
        harness.processElement1(counts(0, 9, 10), 0);
      }
      harness.processElement2(counts(0, 7, 100), 0);
      harness.processElement2(counts(0, 12, 1_000), 0);
      if (!partsFirst) {
        harness.processElement1(counts(0, 5, 1), 0);
        harness.processElement1(counts(0, 9, 10), 0);
      }
      assertThat(harness.extractOutputValues()).as("nothing before the end").isEmpty();
      end(harness);

      assertThat(harness.extractOutputValues()).containsExactly(counts(0, 12, 1_011));
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void bounded_eachStream_hasItsOwnAccount_alsoOfOneInputAlone() throws Exception {
    var harness = open(false, null);
    harness.processElement1(counts(0, 5, 1), 0);
    harness.processElement2(counts(1, 6, 2), 0);
    harness.processElement1(counts(2, 8, 3), 0);
    harness.processElement2(counts(2, 7, 4), 0);
    end(harness);

    assertThat(harness.extractOutputValues())
        .containsExactlyInAnyOrder(counts(0, 5, 1), counts(1, 6, 2), counts(2, 8, 7));
  }

  @Test
  void live_everyChange_givesTheSum() throws Exception {
    var harness = open(true, null);
    harness.processElement1(counts(0, 5, 1), 0);
    harness.processElement2(counts(0, 4, 10), 0);
    harness.processElement1(counts(0, 9, 100), 0);
    harness.processElement2(counts(0, 8, 1_000), 0);

    assertThat(harness.extractOutputValues())
        .containsExactly(counts(0, 5, 1), counts(0, 5, 11), counts(0, 9, 111), counts(0, 9, 1_101));
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void failure_afterEachPart_changesNothing() throws Exception {
    for (int failAt = 0; failAt <= 4; failAt++) {
      var harness = open(false, null);
      for (int i = 0; i <= 4; i++) {
        if (i == failAt) {
          harness = open(false, harness.snapshot(1, 1));
        }
        if (i % 2 == 0) {
          harness.processElement1(counts(0, i, 1), 0);
        } else {
          harness.processElement2(counts(0, i, 10L * i), 0);
        }
      }
      end(harness);

      assertThat(harness.extractOutputValues())
          .as("failure before change %d", failAt)
          .containsExactly(counts(0, 4, 33));
    }
  }
}
