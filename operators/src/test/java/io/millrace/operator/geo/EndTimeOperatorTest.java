package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // A harness declares that close may be interrupted.
final class EndTimeOperatorTest {
  private static OneInputStreamOperatorTestHarness<OwnerEvent, OwnerEvent> open(
      @Nullable OperatorSubtaskState saved) throws Exception {
    var harness = new OneInputStreamOperatorTestHarness<>(new EndTimeOperator());
    if (saved != null) {
      harness.initializeState(saved);
    }
    harness.open();
    return harness;
  }

  @Test
  void endOfInput_restoredBefore_tellsTheLargestTimeToEveryKeyGroup() throws Exception {
    OwnerEvent granted =
        OwnerEvent.granted("ann", new Grant("g", "bob", 700, Grant.NEVER, null, 0));
    OperatorSubtaskState saved;
    try (var before = open(null)) {
      before.processElement(granted, 700);
      before.processElement(OwnerEvent.time("bob", 900), 900);
      before.processWatermark(800);
      assertThat(before.extractOutputValues()).containsExactly(granted);
      saved = before.snapshot(1, 1);
    }
    try (var harness = open(saved)) {
      harness.processWatermark(Long.MAX_VALUE);
      List<OwnerEvent> told = harness.extractOutputValues();
      Set<Integer> groups = new HashSet<>();
      told.forEach(
          event -> groups.add(KeyGroupRangeAssignment.assignToKeyGroup(event.ownerId(), 128)));
      assertThat(told).hasSize(128).allMatch(event -> event.isTimeAlone() && event.at() == 900);
      assertThat(groups).hasSize(128);
    }
  }

  @Test
  void endOfInput_nothingCame_saysNothing() throws Exception {
    try (var harness = open(null)) {
      harness.processWatermark(Long.MAX_VALUE);
      assertThat(harness.extractOutputValues()).isEmpty();
    }
  }
}
