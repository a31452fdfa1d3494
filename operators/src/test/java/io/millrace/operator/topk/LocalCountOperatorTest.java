package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalCountOperatorTest {
  private static final TypeInformation<Visit> VISIT = TypeInformation.of(Visit.class);
  private static final OutputTag<Visit> POSSIBLY_LATE = new OutputTag<>("possibly-late", VISIT);
  private static final OutputTag<Tuple2<Visit, Long>> LATE =
      new OutputTag<>("late", Types.TUPLE(VISIT, Types.LONG));

  private static final PanedWindows MINUTES = new PanedWindows(60_000, 60_000, 0);
  private static final PanedWindows SLIDING = new PanedWindows(60_000, 20_000, 0);
  private static final long AHEAD = 10_000;

  @RegisterExtension final OpenHarnesses harnesses = new OpenHarnesses();

  private static HeavyHittersSpec spec(PanedWindows windows) {
    return new HeavyHittersSpec(
        windows,
        10,
        SketchAlgorithm.EXACT,
        HeavyHittersSpec.DEFAULT_MEMORY_BYTES,
        AHEAD,
        HeavyHittersSpec.DEFAULT_LOCAL_BYTES);
  }

  private static LocalCountOperator<Visit> besideSource(HeavyHittersSpec spec) {
    return besideSource(spec, Visit.BY_PAGE);
  }

  private static LocalCountOperator<Visit> besideSource(
      HeavyHittersSpec spec, List<Dimension<Visit>> dimensions) {
    return LocalCountOperator.besideSource(
        spec.counting(), counts(spec, dimensions), POSSIBLY_LATE, "local");
  }

  private static PaneCounts.Factory<Visit> counts(
      HeavyHittersSpec spec, List<Dimension<Visit>> dimensions) {
    return () -> new SketchCounts<>(spec, dimensions, Visit::bytes);
  }

  private static LocalCountOperator<Visit> behindExchange(HeavyHittersSpec spec) {
    return LocalCountOperator.behindExchange(
        spec.counting(), counts(spec, Visit.BY_PAGE), LATE, "late-gate");
  }

  private OneInputStreamOperatorTestHarness<Visit, PartialCount> harness(
      LocalCountOperator<Visit> operator, int parallelism, int subtask) throws Exception {
    return harnesses.add(
        new OneInputStreamOperatorTestHarness<>(operator, 128, parallelism, subtask));
  }

  private OneInputStreamOperatorTestHarness<Visit, PartialCount> open(
      LocalCountOperator<Visit> operator) throws Exception {
    OneInputStreamOperatorTestHarness<Visit, PartialCount> harness = harness(operator, 1, 0);
    harness.open();
    return harness;
  }

  private OneInputStreamOperatorTestHarness<Visit, PartialCount> restore(
      LocalCountOperator<Visit> operator, OperatorSubtaskState state) throws Exception {
    OneInputStreamOperatorTestHarness<Visit, PartialCount> harness = harness(operator, 1, 0);
    harness.initializeState(state);
    harness.open();
    return harness;
  }

  private static void visit(
      OneInputStreamOperatorTestHarness<Visit, PartialCount> harness, long at, String page)
      throws Exception {
    harness.processElement(Visit.of(at, page), at);
  }

  private static List<String> sent(OneInputStreamOperatorTestHarness<Visit, PartialCount> harness) {
    return Partials.drain(harness.getOutput());
  }

  /** Event times of the records that were passed on, each of which must carry its own. */
  private static List<Long> passedOn(
      OneInputStreamOperatorTestHarness<Visit, PartialCount> harness) {
    List<Long> times = new ArrayList<>();
    Queue<StreamRecord<Visit>> output = harness.getSideOutput(POSSIBLY_LATE);
    if (output != null) {
      for (StreamRecord<Visit> each : output) {
        assertThat(each.getTimestamp()).isEqualTo(each.getValue().at());
        times.add(each.getTimestamp());
      }
      output.clear();
    }
    return times;
  }

  /** Event times of the late records, each with the watermark that it was behind. */
  private static List<String> late(OneInputStreamOperatorTestHarness<Visit, PartialCount> harness) {
    List<String> times = new ArrayList<>();
    Queue<StreamRecord<Tuple2<Visit, Long>>> output = harness.getSideOutput(LATE);
    if (output != null) {
      for (StreamRecord<Tuple2<Visit, Long>> each : output) {
        assertThat(each.getTimestamp()).isEqualTo(each.getValue().f0.at());
        times.add(each.getTimestamp() + " behind " + each.getValue().f1);
      }
      output.clear();
    }
    return times;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void watermark_closesAWindow_countsGoBeforeItAndNotEarlier(boolean beside) throws Exception {
    var harness = open(beside ? besideSource(spec(MINUTES)) : behindExchange(spec(MINUTES)));
    visit(harness, 10_000, "a");
    visit(harness, 59_999, "a");
    visit(harness, 60_000, "b");
    harness.processWatermark(59_998);
    assertThat(sent(harness)).containsExactly("watermark 59998");
    harness.processWatermark(59_999);
    assertThat(sent(harness)).containsExactly("page 0 until 60000: a=2", "watermark 59999");
    harness.processWatermark(119_998);
    assertThat(sent(harness)).containsExactly("watermark 119998");
    harness.processWatermark(Long.MAX_VALUE);
    assertThat(sent(harness))
        .containsExactly("page 60000 until 120000: b=1", "watermark " + Long.MAX_VALUE);
  }

  @Test
  void watermark_allowedLateness_countsWaitForIt() throws Exception {
    var harness = open(besideSource(spec(new PanedWindows(60_000, 60_000, 5_000))));
    visit(harness, 10_000, "a");
    harness.processWatermark(64_998);
    visit(harness, 20_000, "a");
    assertThat(sent(harness)).containsExactly("watermark 64998");
    harness.processWatermark(64_999);
    assertThat(sent(harness)).containsExactly("page 0 until 60000: a=2", "watermark 64999");
    visit(harness, 59_999, "a");
    assertThat(passedOn(harness)).containsExactly(59_999L);
  }

  @Test
  void watermark_slidingWindows_countsGoWithThePanesFirstWindow() throws Exception {
    var harness = open(besideSource(spec(SLIDING)));
    visit(harness, 0, "a");
    visit(harness, 20_000, "b");
    harness.processWatermark(19_999);
    assertThat(sent(harness)).containsExactly("page 0 until 20000: a=1", "watermark 19999");
    harness.processWatermark(39_999);
    assertThat(sent(harness)).containsExactly("page 20000 until 40000: b=1", "watermark 39999");
  }

  @Test
  void processElement_timesBeforeTheEpoch_areCountedAlike() throws Exception {
    var harness = open(besideSource(spec(MINUTES)));
    visit(harness, -1, "a");
    visit(harness, -60_000, "a");
    visit(harness, -60_001, "b");
    harness.processWatermark(-60_001);
    assertThat(sent(harness)).containsExactly("page -120000 until -60000: b=1", "watermark -60001");
    harness.processWatermark(-1);
    assertThat(sent(harness)).containsExactly("page -60000 until 0: a=2", "watermark -1");
  }

  @Test
  void barrierAndEnd_countsAreHandedOnOnce() throws Exception {
    var harness = open(besideSource(spec(MINUTES)));
    visit(harness, 10_000, "a");
    visit(harness, 70_000, "b");
    harness.prepareSnapshotPreBarrier(1);
    assertThat(sent(harness))
        .containsExactly("page 0 until 60000: a=1", "page 60000 until 120000: b=1");
    harness.prepareSnapshotPreBarrier(2);
    assertThat(sent(harness)).isEmpty();
    visit(harness, 10_000, "a");
    harness.endInput();
    assertThat(sent(harness)).containsExactly("page 0 until 60000: a=1");
    harness.processWatermark(Long.MAX_VALUE);
    assertThat(sent(harness)).containsExactly("watermark " + Long.MAX_VALUE);
  }

  @Test
  void processElement_memoryBoundReached_countsAreHandedOnAndMemoryStartsAnew() throws Exception {
    HeavyHittersSpec tight =
        new HeavyHittersSpec(
            MINUTES,
            10,
            SketchAlgorithm.EXACT,
            HeavyHittersSpec.DEFAULT_MEMORY_BYTES,
            AHEAD,
            64 << 10);
    var harness = open(besideSource(tight));
    int handedOn = 0;
    for (int i = 0; i < 5_000; i++) {
      visit(harness, i, "page-" + i);
      if (!sent(harness).isEmpty()) {
        handedOn++;
      }
    }
    // One item takes 53 to 90 bytes.
    assertThat(handedOn).isBetween(5_000 / 1_200, 5_000 / 600);
  }

  @Test
  void processElement_manyPanesWithoutItems_countAsMemoryToo() throws Exception {
    HeavyHittersSpec tight =
        new HeavyHittersSpec(
            new PanedWindows(1_000, 1, 0),
            10,
            SketchAlgorithm.EXACT,
            HeavyHittersSpec.DEFAULT_MEMORY_BYTES,
            AHEAD,
            64 << 10);
    var harness = open(besideSource(tight));
    int handedOn = 0;
    for (int i = 0; i < 600; i++) {
      visit(harness, i, "a");
      handedOn += sent(harness).isEmpty() ? 0 : 1;
    }
    assertThat(handedOn).isGreaterThanOrEqualTo(3);
  }

  @Test
  void processElement_absentItemAndWeightZero_absentIsNotCountedZeroIs() throws Exception {
    var harness = open(besideSource(spec(MINUTES), Visit.BY_PAGE_AND_CLIENT));
    harness.processElement(new Visit("", 1, "a", null, 3), 1);
    harness.processElement(new Visit("", 2, null, "c", 0), 2);
    harness.processElement(new Visit("", 3, null, null, 7), 3);
    harness.processElement(new Visit("", 4, "", "c", 2), 4);
    harness.prepareSnapshotPreBarrier(1);
    assertThat(sent(harness))
        .containsExactly("client 0 until 60000: c=2", "page 0 until 60000: a=3 =2");
    assertThat(passedOn(harness)).isEmpty();
  }

  @Test
  void processElement_withoutEventTime_saysWhatToDo() throws Exception {
    var harness = open(besideSource(spec(MINUTES)));
    assertThatThrownBy(() -> harness.processElement(new StreamRecord<>(Visit.of(0, "a"))))
        .hasMessageContaining("timestamp assigner");
  }

  @Test
  void besideSource_windowClosed_recordIsPassedOnWithItsTime() throws Exception {
    var harness = open(besideSource(spec(MINUTES)));
    harness.processWatermark(59_998);
    visit(harness, 59_999, "in time");
    harness.processWatermark(59_999);
    visit(harness, 59_999, "late");
    visit(harness, 60_000, "in time");
    assertThat(passedOn(harness)).containsExactly(59_999L);
    harness.endInput();
    assertThat(sent(harness))
        .containsExactly(
            "watermark 59998",
            "page 0 until 60000: in time=1",
            "watermark 59999",
            "page 60000 until 120000: in time=1");
  }

  @Test
  void besideSource_someOfItsWindowsClosed_recordIsPassedOn() throws Exception {
    var harness = open(besideSource(spec(SLIDING)));
    harness.processWatermark(79_999);
    // In the windows that end at 80, 100 and 120 s.
    visit(harness, 65_000, "a");
    assertThat(passedOn(harness)).containsExactly(65_000L);
    visit(harness, 80_000, "b");
    assertThat(passedOn(harness)).isEmpty();
  }

  @Test
  void behindExchange_allWindowsClosed_recordIsLateWithTheWatermark() throws Exception {
    var harness = open(behindExchange(spec(MINUTES)));
    visit(harness, 59_999, "a");
    harness.processWatermark(59_998);
    visit(harness, 59_999, "a");
    harness.processWatermark(59_999);
    visit(harness, 59_999, "late");
    assertThat(late(harness)).containsExactly("59999 behind 59999");
    harness.endInput();
    assertThat(sent(harness))
        .containsExactly("watermark 59998", "page 0 until 60000: a=2", "watermark 59999");
  }

  @Test
  void behindExchange_someWindowsClosed_recordIsCountedInTheOpenOnes() throws Exception {
    var harness = open(behindExchange(spec(SLIDING)));
    // The pane at 60 s lies in the windows that end at 80, 100 and 120 s.
    visit(harness, 65_000, "a");
    harness.processWatermark(79_998);
    visit(harness, 65_000, "b");
    harness.processWatermark(79_999);
    visit(harness, 65_000, "c");
    harness.processWatermark(99_998);
    visit(harness, 65_000, "d");
    harness.processWatermark(99_999);
    visit(harness, 65_000, "e");
    harness.processWatermark(119_998);
    assertThat(late(harness)).isEmpty();
    harness.processWatermark(119_999);
    visit(harness, 65_000, "f");
    assertThat(late(harness)).containsExactly("65000 behind 119999");
    assertThat(sent(harness))
        .containsExactly(
            "watermark 79998",
            "page 60000 until 80000: a=1 b=1",
            "watermark 79999",
            "watermark 99998",
            "page 60000 until 100000: c=1 d=1",
            "watermark 99999",
            "watermark 119998",
            "page 60000 until 120000: e=1",
            "watermark 119999");
  }

  @Test
  void besideSource_goesIdle_handsOnItsCountsFirst() throws Exception {
    var harness = open(besideSource(spec(MINUTES)));
    visit(harness, 1_000, "a");
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    assertThat(sent(harness)).containsExactly("page 0 until 60000: a=1", "WatermarkStatus(IDLE)");
  }

  @Test
  void besideSource_recordsWhileIdle_arePassedOn() throws Exception {
    var harness = open(besideSource(spec(MINUTES)));
    harness.setProcessingTime(1_000_000);
    visit(harness, 1_000, "a");
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    // A source sends records first and says with its next watermark that it is active.
    visit(harness, 2_000, "b");
    visit(harness, 5_000_000, "c");
    assertThat(passedOn(harness)).containsExactly(2_000L, 5_000_000L);
  }

  @Test
  void besideSource_activeAgain_countsOnlyWhatNobodyCanHaveReached() throws Exception {
    var harness = open(besideSource(spec(MINUTES)));
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    harness.setProcessingTime(600_000);
    harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
    sent(harness);
    // Others have read at most 600 s + 10 s; the window with that moment ends at 660 s.
    visit(harness, 599_999, "a");
    harness.processWatermark(590_000);
    visit(harness, 599_999, "a");
    visit(harness, 600_000, "b");
    visit(harness, 660_000, "c");
    assertThat(passedOn(harness)).containsExactly(599_999L, 599_999L);
    harness.endInput();
    assertThat(sent(harness))
        .containsExactly(
            "watermark 590000", "page 600000 until 660000: b=1", "page 660000 until 720000: c=1");
  }

  @Test
  void behindExchange_inputsIdle_isNotHandedOn() throws Exception {
    var harness = open(behindExchange(spec(MINUTES)));
    visit(harness, 1_000, "a");
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    visit(harness, 2_000, "a");
    harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
    visit(harness, 3_000, "a");
    harness.processWatermark(59_999);
    assertThat(sent(harness)).containsExactly("page 0 until 60000: a=3", "watermark 59999");
    assertThat(late(harness)).isEmpty();
  }

  @Test
  void restore_beforeAnyWatermark_startsAsNew() throws Exception {
    for (boolean beside : new boolean[] {true, false}) {
      var before = open(beside ? besideSource(spec(MINUTES)) : behindExchange(spec(MINUTES)));
      visit(before, 1, "a");
      before.prepareSnapshotPreBarrier(1);
      OperatorSubtaskState state = before.snapshot(1, 1);
      var after =
          restore(beside ? besideSource(spec(MINUTES)) : behindExchange(spec(MINUTES)), state);
      visit(after, 2, "a");
      visit(after, -100_000_000, "b");
      after.endInput();
      assertThat(sent(after))
          .containsExactly("page -100020000 until -99960000: b=1", "page 0 until 60000: a=1");
    }
  }

  @Test
  void restore_besideSource_goesOnFromItsOwnWatermark() throws Exception {
    var before = open(besideSource(spec(SLIDING)));
    before.processWatermark(79_999);
    OperatorSubtaskState state = before.snapshot(1, 1);
    var after = restore(besideSource(spec(SLIDING)), state);
    // The watermark starts anew, but the window that ends at 80 s is published.
    after.processWatermark(30_000);
    visit(after, 65_000, "a");
    visit(after, 80_000, "b");
    assertThat(passedOn(after)).containsExactly(65_000L);
  }

  @Test
  void restore_besideSourceWhileIdle_goesOnFromWhatOthersMayHaveReached() throws Exception {
    var before = open(besideSource(spec(MINUTES)));
    before.processWatermarkStatus(WatermarkStatus.IDLE);
    before.setProcessingTime(600_000);
    OperatorSubtaskState state = before.snapshot(1, 1);
    var after = restore(besideSource(spec(MINUTES)), state);
    visit(after, 599_999, "a");
    visit(after, 600_000, "b");
    assertThat(passedOn(after)).containsExactly(599_999L);
  }

  @Test
  void restore_behindExchange_publishedWindowsStayPublished() throws Exception {
    var before = open(behindExchange(spec(SLIDING)));
    before.processWatermark(79_999);
    OperatorSubtaskState state = before.snapshot(1, 1);
    var after = restore(behindExchange(spec(SLIDING)), state);
    visit(after, 39_999, "late");
    visit(after, 65_000, "a");
    after.endInput();
    assertThat(late(after)).containsExactly("39999 behind 79999");
    assertThat(sent(after)).containsExactly("page 60000 until 100000: a=1");
  }

  @Test
  void restore_afterTheEndOfInput_keepsTheLastRealWatermark() throws Exception {
    var before = open(behindExchange(spec(MINUTES)));
    before.processWatermark(59_999);
    before.processWatermark(Long.MAX_VALUE);
    before.endInput();
    OperatorSubtaskState state = before.snapshot(1, 1);
    var after = restore(behindExchange(spec(MINUTES)), state);
    visit(after, 60_000, "a");
    assertThat(late(after)).isEmpty();
  }

  @Test
  void besideSource_endsWhileIdle_endsTheTimeOfItsWindows() throws Exception {
    var harness = open(besideSource(spec(MINUTES)));
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    harness.endInput();
    assertThat(sent(harness))
        .containsExactly(
            "WatermarkStatus(IDLE)", "WatermarkStatus(ACTIVE)", "watermark " + Long.MAX_VALUE);
  }

  @Test
  void behindExchange_someInputsEndedAndTheOthersIdle_whatComesThenIsLate() throws Exception {
    var before = open(behindExchange(spec(MINUTES)));
    before.processWatermark(59_999);
    before.processWatermark(Long.MAX_VALUE);
    visit(before, 60_000, "a");
    assertThat(late(before)).containsExactly("60000 behind " + Long.MAX_VALUE);
    var after = restore(behindExchange(spec(MINUTES)), before.snapshot(1, 1));
    visit(after, 60_000, "a");
    assertThat(late(after)).hasSize(1);
  }

  @Test
  void restore_otherParallelism_everyTaskGoesOnFromSomeTasksPromise() throws Exception {
    OperatorSubtaskState[] states = new OperatorSubtaskState[2];
    for (int i = 0; i < 2; i++) {
      var before = harness(besideSource(spec(MINUTES)), 2, i);
      before.open();
      before.processWatermark(i == 0 ? 119_999 : 179_999);
      states[i] = before.snapshot(1, 1);
    }
    OperatorSubtaskState together = AbstractStreamOperatorTestHarness.repackageState(states);
    for (int parallelism : new int[] {1, 3}) {
      for (int i = 0; i < parallelism; i++) {
        var after = harness(besideSource(spec(MINUTES)), parallelism, i);
        after.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                together, 128, 2, parallelism, i));
        after.open();
        visit(after, 119_999, "published");
        visit(after, 180_000, "open");
        assertThat(passedOn(after)).containsExactly(119_999L);
      }
    }
  }

  @Test
  void restore_otherWindows_refusesAndSaysBoth() throws Exception {
    var before = open(besideSource(spec(new PanedWindows(60_000, 20_000, 1_000))));
    OperatorSubtaskState state = before.snapshot(1, 1);
    for (PanedWindows other :
        List.of(
            new PanedWindows(120_000, 20_000, 1_000),
            new PanedWindows(60_000, 60_000, 1_000),
            new PanedWindows(60_000, 20_000, 0))) {
      for (var operator : List.of(besideSource(spec(other)), behindExchange(spec(other)))) {
        assertThatThrownBy(() -> restore(operator, state))
            .hasStackTraceContaining("SuppressRestartsException")
            .hasStackTraceContaining("can't be restored: its state was")
            .hasStackTraceContaining("counted with window 60000 ms, slide 20000 ms, allowed")
            .hasStackTraceContaining(
                "asks for window %d ms, slide %d ms, allowed lateness %d ms"
                    .formatted(
                        other.sizeMillis(), other.slideMillis(), other.allowedLatenessMillis()))
            .hasStackTraceContaining("restore with the former options, or start without state");
      }
    }
  }
}
