package io.millrace.operator.reconcile;

import static io.millrace.operator.reconcile.Desk.DAY;
import static io.millrace.operator.reconcile.Desk.HOUR;
import static io.millrace.operator.reconcile.Desk.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.reconcile.Side.Status;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // A harness declares that close may be interrupted.
class TieOutFunctionTest {
  private static Posting posting(boolean isLeft, long amount, Status from, Status to) {
    return new Posting("r", START / DAY, "left", "right", "EUR", isLeft, amount, from, to);
  }

  private static TieOut sums(
      long left, long right, long matched, long open, long breaks, long revision) {
    return new TieOut(
        "r", START / DAY, "left", "right", "EUR", left, right, matched, open, breaks, revision);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, Posting, TieOut> harness(
      long period) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<String, Posting, TieOut>(
            new KeyedProcessOperator<>(
                new TieOutFunction(new ReconcileSpec(DAY, true, period), "tied-out")),
            TieOutFunction::key,
            Types.STRING);
    harness.open();
    return harness;
  }

  @Test
  void sums_thatChange_arePublishedOnceAPeriod() throws Exception {
    try (var harness = harness(HOUR)) {
      harness.processElement(posting(true, 5, Status.NEW, Status.OPEN), START + 1);
      harness.processElement(posting(false, 7, Status.NEW, Status.OPEN), START + 2);
      harness.processWatermark(new Watermark(START + HOUR - 1));
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(new Watermark(START + HOUR));
      assertThat(harness.extractOutputValues()).containsExactly(sums(5, 7, 0, 2, 0, 0));
      harness.processWatermark(new Watermark(START + 3 * HOUR));
      assertThat(harness.extractOutputValues()).hasSize(1);
      harness.processElement(posting(true, 5, Status.OPEN, Status.BROKEN), START + 3 * HOUR + 1);
      harness.processWatermark(new Watermark(START + 4 * HOUR));
      assertThat(harness.extractOutputValues()).last().isEqualTo(sums(5, 7, 0, 1, 1, 1));
      harness.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(harness.extractOutputValues()).hasSize(2);
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void sums_ofABoundedRun_arePublishedAtItsEnd() throws Exception {
    try (var harness = harness(ReconcileSpec.AT_END)) {
      harness.processElement(posting(true, 5, Status.NEW, Status.OPEN), START + 1);
      harness.processElement(posting(true, 5, Status.OPEN, Status.MATCHED), START + 2);
      harness.processWatermark(new Watermark(START + 30 * DAY));
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(harness.extractOutputValues()).containsExactly(sums(5, 0, 1, 0, 0, 0));
      assertThat(harness.getSideOutput(TieOutFunction.LATEST)).hasSize(1);
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void sums_thoseWhoWatch_areToldOnceASecond() throws Exception {
    try (var harness = harness(HOUR)) {
      harness.setProcessingTime(0);
      harness.processElement(posting(true, 5, Status.NEW, Status.OPEN), START + 1);
      harness.processElement(posting(true, 5, Status.OPEN, Status.MATCHED), START + 2);
      harness.setProcessingTime(1_000);
      assertThat(harness.getSideOutput(TieOutFunction.LATEST)).hasSize(1);
      harness.setProcessingTime(5_000);
      assertThat(harness.getSideOutput(TieOutFunction.LATEST)).hasSize(1);
    }
  }
}
