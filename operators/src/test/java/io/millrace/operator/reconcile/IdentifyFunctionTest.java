package io.millrace.operator.reconcile;

import static io.millrace.operator.reconcile.Desk.DAY;
import static io.millrace.operator.reconcile.Desk.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.reconcile.Resolution.Action;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // A harness declares that close may be interrupted.
class IdentifyFunctionTest {
  private static final ReconcileSpec SPEC = new ReconcileSpec(DAY, true, ReconcileSpec.AT_END);

  private static KeyedOneInputStreamOperatorTestHarness<String, Claim, Routed> harness()
      throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<String, Claim, Routed>(
            new KeyedProcessOperator<>(new IdentifyFunction(SPEC, "identified")),
            Claim::entryId,
            Types.STRING);
    harness.open();
    return harness;
  }

  private static Claim claim(String id, long at, long amount) {
    return new Claim(id, Desk.entry(id, "left", at, amount), amount, null);
  }

  private static Resolution resolution(long at, String... entryIds) {
    return new Resolution("d", START + at, Action.MATCH, List.of(entryIds), "", "", "");
  }

  @Test
  void entry_comesAgain_passesOnceAndWithAnotherBodyAsItsDuplicate() throws Exception {
    try (var harness = harness()) {
      harness.processElement(claim("a", 0, 5), START);
      harness.processElement(claim("a", 0, 5), START);
      harness.processElement(claim("a", 0, 6), START);
      harness.processElement(claim("a", 0, 6), START);
      assertThat(harness.extractOutputValues())
          .extracting(routed -> String.valueOf(routed.waiting()))
          .hasSize(2);
      assertThat(harness.extractOutputValues().get(0).waiting())
          .isEqualTo(Waiting.of(Desk.entry("a", "left", 0, 5), ""));
      assertThat(harness.extractOutputValues().get(1).waiting())
          .isEqualTo(Waiting.of(Desk.entry("a", "left", 0, 6), "a"));
      harness.processWatermark(new Watermark(START + 3 * DAY));
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void decision_waitsForItsTime_andFindsTheEntry() throws Exception {
    try (var harness = harness()) {
      Resolution made = resolution(10, "a", "b");
      harness.processElement(new Claim("a", null, 0, made), START + 10);
      harness.processElement(new Claim("b", null, 0, made), START + 10);
      harness.processElement(claim("a", 5, 5), START + 5);
      assertThat(harness.getSideOutput(IdentifyFunction.LOCATED)).isNull();
      harness.processWatermark(new Watermark(START + 10));
      assertThat(harness.getSideOutput(IdentifyFunction.LOCATED))
          .extracting(StreamRecord::getValue)
          .containsExactlyInAnyOrder(
              new Located(made, "a", List.of(Desk.entry("a", "left", 5, 5).route())),
              new Located(made, "b", List.of()));
      harness.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }
}
