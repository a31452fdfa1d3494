package io.millrace.operator.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // A harness declares that close may be interrupted.
class ChainFunctionTest {
  private static KeyedOneInputStreamOperatorTestHarness<Integer, AuditItem, ChainLink> harness(
      @Nullable OperatorSubtaskState state) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<Integer, AuditItem, ChainLink>(
            new KeyedProcessOperator<>(new ChainFunction("chained")),
            item -> item.id().length(),
            Types.INT);
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  private static void assertWhole(List<ChainLink> chain) {
    String prevHash = HashChain.START;
    long seq = 0;
    for (ChainLink link : chain) {
      assertThat(link.seq()).isEqualTo(seq++);
      assertThat(link.prevHash()).isEqualTo(prevHash);
      assertThat(link.hash())
          .isEqualTo(
              HashChain.next(
                  prevHash,
                  link.chain(),
                  link.seq(),
                  link.at(),
                  link.item().kind(),
                  link.item().body()));
      prevHash = link.hash();
    }
  }

  @Test
  void items_inWhateverOrderTheyCome_giveTheSameChain() throws Exception {
    List<ChainLink> first = new ArrayList<>();
    try (var harness = harness(null)) {
      harness.processElement(new AuditItem("a", "match", "{1}"), 5);
      harness.processElement(new AuditItem("b", "match", "{2}"), 3);
      harness.processElement(new AuditItem("c", "break", "{3}"), 5);
      harness.processWatermark(new Watermark(4));
      OperatorSubtaskState saved = harness.snapshot(1, 1);
      first.addAll(harness.extractOutputValues());
      try (var restored = harness(saved)) {
        restored.processWatermark(new Watermark(9));
        first.addAll(restored.extractOutputValues());
        assertThat(restored.numEventTimeTimers()).isZero();
      }
    }
    assertWhole(first);
    assertThat(first).extracting(link -> link.item().body()).containsExactly("{2}", "{3}", "{1}");

    try (var harness = harness(null)) {
      harness.processElement(new AuditItem("c", "break", "{3}"), 5);
      harness.processElement(new AuditItem("b", "match", "{2}"), 3);
      harness.processElement(new AuditItem("a", "match", "{1}"), 5);
      harness.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(harness.extractOutputValues()).isEqualTo(first);
    }
  }

  @Test
  void item_behindTheWatermark_isAppendedAtOnce() throws Exception {
    try (var harness = harness(null)) {
      harness.processElement(new AuditItem("a", "match", "{1}"), 5);
      harness.processWatermark(new Watermark(9));
      harness.processElement(new AuditItem("b", "match", "{2}"), 3);
      assertWhole(harness.extractOutputValues());
      assertThat(harness.extractOutputValues()).hasSize(2);
    }
  }

  @Test
  void next_anyPartChanged_isAnotherHash() {
    String hash = HashChain.next(HashChain.START, 1, 2, 3, "match", "{}");
    assertThat(hash)
        .isEqualTo(HashChain.next(HashChain.START, 1, 2, 3, "match", "{}"))
        .isNotEqualTo(HashChain.next("1" + HashChain.START.substring(1), 1, 2, 3, "match", "{}"))
        .isNotEqualTo(HashChain.next(HashChain.START, 2, 2, 3, "match", "{}"))
        .isNotEqualTo(HashChain.next(HashChain.START, 1, 3, 3, "match", "{}"))
        .isNotEqualTo(HashChain.next(HashChain.START, 1, 2, 4, "match", "{}"))
        .isNotEqualTo(HashChain.next(HashChain.START, 1, 2, 3, "break", "{}"))
        .isNotEqualTo(HashChain.next(HashChain.START, 1, 2, 3, "match", "{ }"));
  }
}
