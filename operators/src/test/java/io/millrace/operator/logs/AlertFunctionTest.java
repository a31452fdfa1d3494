package io.millrace.operator.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AlertFunctionTest {
  private final List<KeyedBroadcastOperatorTestHarness<?, ?, ?, ?>> opened = new ArrayList<>();

  private static int keyedStateEntries(KeyedBroadcastOperatorTestHarness<?, ?, ?, ?> harness) {
    return ((HeapKeyedStateBackend<?>)
            ((AbstractStreamOperator<?>) harness.getOperator()).getKeyedStateBackend())
        .numKeyValueStateEntries();
  }

  @AfterEach
  void close() throws Exception {
    for (var harness : opened) {
      harness.close();
    }
  }

  private KeyedBroadcastOperatorTestHarness<String, RuleHit, Long, LogAlert> open(
      long lateness, @Nullable OperatorSubtaskState state) throws Exception {
    var harness =
        new KeyedBroadcastOperatorTestHarness<>(
            new CoBroadcastWithKeyedOperator<>(
                new AlertFunction(lateness), List.of(AlertFunction.END)),
            RuleHit::judge,
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

  private static RuleHit hit(
      LogRule.Kind kind, double threshold, long at, boolean matches, long form) {
    return new RuleHit("r", 1, kind, 1_000, threshold, "g", at, matches, form);
  }

  private static void mark(
      KeyedBroadcastOperatorTestHarness<String, RuleHit, Long, LogAlert> harness, long time)
      throws Exception {
    harness.processBroadcastWatermark(new Watermark(time));
    harness.processWatermark(new Watermark(time));
  }

  private static void end(
      KeyedBroadcastOperatorTestHarness<String, RuleHit, Long, LogAlert> harness, long latest)
      throws Exception {
    harness.processBroadcastElement(latest, latest);
    mark(harness, Long.MAX_VALUE);
  }

  /** Start of the window, what happens and the value. */
  private static List<String> alerts(List<LogAlert> alerts) {
    return alerts.stream()
        .map(each -> each.windowStart() + (each.fires() ? " fires " : " ends ") + each.value())
        .toList();
  }

  @Test
  void count_windowsInARow_fireOnceEachAndEndTogether() throws Exception {
    var harness = open(0, null);
    for (long at : new long[] {0, 999, 1_000, 1_500, 1_999, 2_000}) {
      harness.processElement(hit(LogRule.Kind.COUNT, 2, at, true, 0), at);
    }
    mark(harness, 998);
    assertThat(harness.extractOutputValues()).isEmpty();
    mark(harness, 999);
    assertThat(alerts(harness.extractOutputValues())).containsExactly("0 fires 2.0");
    harness = open(0, harness.snapshot(1, 1));
    mark(harness, 2_999);

    assertThat(alerts(harness.extractOutputValues()))
        .containsExactly("1000 fires 3.0", "0 ends 1.0", "1000 ends 1.0");
    assertThat(harness.extractOutputValues().get(0).id()).isEqualTo("r:1000:1000:g");
    assertThat(keyedStateEntries(harness)).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void count_quietAfterwards_endsWithTheNextWindow() throws Exception {
    var harness = open(500, null);
    harness.processElement(hit(LogRule.Kind.COUNT, 1, 10, true, 0), 10);
    mark(harness, 1_499);
    harness.processElement(hit(LogRule.Kind.COUNT, 1, 20, true, 0), 20);
    mark(harness, 2_499);

    assertThat(alerts(harness.extractOutputValues())).containsExactly("0 fires 1.0", "0 ends 0.0");
    assertThat(keyedStateEntries(harness)).isZero();
  }

  @Test
  void endOfInput_alertThatStands_staysFiring() throws Exception {
    var harness = open(0, null);
    harness.processElement(hit(LogRule.Kind.COUNT, 1, 10, true, 0), 10);
    end(harness, 999);

    assertThat(alerts(harness.extractOutputValues())).containsExactly("0 fires 1.0");
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void endOfInput_laterWindowThatHasBegun_endsTheAlert() throws Exception {
    var harness = open(0, null);
    harness.processElement(hit(LogRule.Kind.COUNT, 1, 10, true, 0), 10);
    end(harness, 1_000);

    assertThat(alerts(harness.extractOutputValues())).containsExactly("0 fires 1.0", "0 ends 0.0");
  }

  @Test
  void ratio_ofAllLinesOfTheGroup_isCompared() throws Exception {
    var harness = open(0, null);
    for (int i = 0; i < 8; i++) {
      harness.processElement(hit(LogRule.Kind.RATIO, 0.25, i, i < 2, 0), i);
      harness.processElement(hit(LogRule.Kind.RATIO, 0.25, 1_000 + i, i < 1, 0), i);
    }
    end(harness, 1_999);

    assertThat(alerts(harness.extractOutputValues()))
        .containsExactly("0 fires 0.25", "0 ends 0.125");
  }

  @Test
  void absence_eachWholeWindowWithout_firesUntilTheGroupIsBack() throws Exception {
    var harness = open(0, null);
    harness.processElement(hit(LogRule.Kind.ABSENCE, 1, 500, false, 0), 500);
    harness.processElement(hit(LogRule.Kind.ABSENCE, 1, 1_500, true, 0), 1_500);
    harness.processElement(hit(LogRule.Kind.ABSENCE, 1, 4_500, true, 0), 4_500);
    end(harness, 6_500);

    assertThat(alerts(harness.extractOutputValues()))
        .containsExactly(
            "0 fires 0.0",
            "0 ends 1.0",
            "2000 fires 0.0",
            "3000 fires 0.0",
            "2000 ends 1.0",
            "3000 ends 1.0",
            "5000 fires 0.0");
    assertThat(keyedStateEntries(harness)).isZero();
  }

  @Test
  void absence_forLong_isForgotten() throws Exception {
    var harness = open(0, null);
    harness.processElement(hit(LogRule.Kind.ABSENCE, 1, 0, true, 0), 0);
    mark(harness, 1_000_000);

    assertThat(harness.extractOutputValues()).hasSize(AlertFunction.MOST_ABSENT);
    assertThat(keyedStateEntries(harness)).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void newPattern_inAnyOrderOfLines_isNewInItsFirstWindow() throws Exception {
    long[][] lines = {{100, 1}, {1_100, 1}, {1_200, 2}, {1_300, 2}, {2_100, 2}, {2_200, 3}};
    for (boolean backwards : new boolean[] {false, true}) {
      var harness = open(0, null);
      for (int i = 0; i < lines.length; i++) {
        long[] line = lines[backwards ? lines.length - 1 - i : i];
        harness.processElement(hit(LogRule.Kind.NEW_PATTERN, 1, line[0], true, line[1]), line[0]);
      }
      end(harness, 3_500);

      assertThat(alerts(harness.extractOutputValues()))
          .containsExactly("1000 fires 1.0", "2000 fires 1.0", "1000 ends 0.0", "2000 ends 0.0");
      assertThat(keyedStateEntries(harness)).isZero();
    }
  }

  @Test
  void newPattern_groupThatIsGone_isForgottenAfterSevenDays() throws Exception {
    var harness = open(0, null);
    harness.processElement(hit(LogRule.Kind.NEW_PATTERN, 1, 0, true, 1), 0);
    mark(harness, 10_000);
    assertThat(keyedStateEntries(harness)).isPositive();
    mark(harness, AlertFunction.FORMS_KEPT_MILLIS + 10_000);

    assertThat(keyedStateEntries(harness)).isZero();
    assertThat(harness.extractOutputValues()).isEmpty();
  }
}
