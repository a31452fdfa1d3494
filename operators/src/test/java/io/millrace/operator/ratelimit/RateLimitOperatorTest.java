package io.millrace.operator.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.ratelimit.RateLimitSpec.Coordination;
import io.millrace.operator.topk.Visit;
import io.millrace.operator.writeback.WriteBackSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.types.Either;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One task that decides alone. */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
final class RateLimitOperatorTest {
  private static final long T = 1_700_000_040_000L;
  private static final long USAGE = 10_000;
  private static final long HORIZON = 30_000;
  private static final OutputTag<Tuple2<Visit, Long>> LATE =
      new OutputTag<>("late", new TupleTypeInfo<>(TypeInformation.of(Visit.class), Types.LONG));

  /** A harness and what came out of it so far. */
  private static final class Task implements AutoCloseable {
    private final KeyedOneInputStreamOperatorTestHarness<LimitKey, Either<Visit, RuleCopy>, Verdict>
        harness;

    Task(boolean inEventTime, @Nullable OperatorSubtaskState from) throws Exception {
      this(inEventTime, from, 0);
    }

    Task(boolean inEventTime, @Nullable OperatorSubtaskState from, int keysAtHand)
        throws Exception {
      RateLimitSpec spec =
          new RateLimitSpec(
              Coordination.EXACT,
              LimitDimension.API_KEY,
              inEventTime,
              100,
              HORIZON,
              USAGE,
              new WriteBackSpec(1 << 16, 0, 8, WriteBackSpec.Timers.FLINK).withObjects(keysAtHand));
      Asked.Fields fields = new Asked.Fields();
      harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              new RateLimitOperatorFactory<>(
                  spec,
                  fields,
                  TypeInformation.of(Visit.class).createSerializer(new SerializerConfigImpl()),
                  LATE,
                  "test-",
                  "limits"),
              element ->
                  LimitKey.ofGroup(
                      element.isLeft()
                          ? RateLimitOperator.group(element.left(), fields, spec)
                          : element.right().group()),
              LimitKey.TYPE);
      harness.setup();
      if (from != null) {
        harness.initializeState(from);
      }
      harness.open();
    }

    void rule(RateRule rule) throws Exception {
      RuleCopy copy = new RuleCopy(0, rule);
      harness.processElement(new StreamRecord<>(Either.Right(copy), rule.at()));
    }

    void ask(String id, long at, String key) throws Exception {
      Asked request = new Asked(id, at, null, key, null, null, null, 1);
      harness.processElement(new StreamRecord<>(Either.Left(request.visit()), at));
    }

    /** The verdicts since the last time. */
    List<String> verdicts() {
      List<String> lines = new ArrayList<>();
      for (Verdict verdict : harness.extractOutputValues()) {
        lines.add(verdict.requestId() + " " + verdict.allowed() + " " + verdict.remaining());
      }
      harness.getOutput().clear();
      return lines;
    }

    List<KeyUsage> usage() {
      return taken(harness.getSideOutput(RateLimiter.USED));
    }

    List<Tuple2<Visit, Long>> late() {
      return taken(harness.getSideOutput(LATE));
    }

    private static <E> List<E> taken(@Nullable Queue<StreamRecord<E>> queue) {
      Collection<StreamRecord<E>> records = queue == null ? List.of() : queue;
      return records.stream().map(StreamRecord::getValue).toList();
    }

    OperatorSubtaskState snapshot() throws Exception {
      return harness.snapshot(1, 1);
    }

    @Override
    public void close() throws Exception {
      harness.close();
    }
  }

  private static RateRule rule(long version, long at, long limit) {
    return new RateRule(
        "key",
        version,
        at,
        LimitDimension.API_KEY,
        null,
        null,
        RateAlgorithm.SLIDING_LOG,
        limit,
        1_000,
        limit,
        false,
        0,
        false);
  }

  @Test
  void request_behindWhatWasDecidedBeforeAFailure_isLate() throws Exception {
    OperatorSubtaskState state;
    try (Task task = new Task(true, null)) {
      task.rule(rule(1, T, 2));
      task.ask("a", T + 50, "k");
      task.harness.processWatermark(T + 299);
      state = task.snapshot();
    }
    try (Task task = new Task(true, state)) {
      // A source that begins anew is behind at first.
      task.harness.processWatermark(T + 99);
      task.ask("behind", T + 250, "k");
      task.ask("in time", T + 300, "k");
      task.harness.processWatermark(T + 399);

      assertThat(task.late()).containsExactly(Tuple2.of(visit("behind", T + 250), T + 299));
      assertThat(task.verdicts()).containsExactly("in time true 0");
    }
  }

  private static Visit visit(String id, long at) {
    return new Asked(id, at, null, "k", null, null, null, 1).visit();
  }

  @Test
  void request_inEventTime_waitsForTheWatermarkAndIsDecidedInOrder() throws Exception {
    try (Task task = new Task(true, null)) {
      task.rule(rule(1, T, 2));
      task.ask("c", T + 30, "k");
      task.ask("b", T + 10, "k");
      task.ask("a", T + 10, "k");
      assertThat(task.verdicts()).isEmpty();
      task.harness.processWatermark(T + 99);
      assertThat(task.verdicts()).containsExactly("a true 1", "b true 0", "c false 0");
      task.ask("late", T + 99, "k");
      assertThat(task.late()).hasSize(1);
      assertThat(Objects.requireNonNull(task.late().get(0)).f1).isEqualTo(T + 99);
    }
  }

  @Test
  void request_onArrival_isDecidedAtOnceAtTheLatestTime() throws Exception {
    try (Task task = new Task(false, null)) {
      task.rule(rule(1, 0, 2));
      task.ask("a", T + 500, "k");
      task.ask("b", T, "k");
      task.ask("c", T - 5_000, "k");
      assertThat(task.verdicts())
          .as("the clock doesn't step back")
          .containsExactly("a true 1", "b true 0", "c false 0");
      task.harness.processWatermark(T + 60_000);
      task.ask("d", T + 10, "k");
      assertThat(task.late()).as("nothing is late").isEmpty();
      assertThat(task.verdicts()).hasSize(1);
    }
  }

  @Test
  void repetition_withinTheHorizon_getsTheVerdictOfTheFirst() throws Exception {
    try (Task task = new Task(false, null)) {
      task.rule(rule(1, 0, 1));
      task.ask("a", T, "k");
      task.ask("b", T + 1, "k");
      task.ask("a", T + 2, "k");
      task.ask("b", T + 5_000, "k");
      assertThat(task.verdicts()).containsExactly("a true 0", "b false 0", "a true 0", "b false 0");
      task.ask("a", T + HORIZON, "k");
      task.ask("b", T + HORIZON + 2_000, "k");
      assertThat(task.verdicts()).containsExactly("a true 0", "b true 0");
    }
  }

  @Test
  void rule_thatComesLater_appliesFromItsTimeOn() throws Exception {
    try (Task task = new Task(true, null)) {
      task.rule(rule(1, T, 5));
      task.ask("before", T + 99, "k");
      task.ask("from", T + 100, "k");
      task.rule(rule(2, T + 100, 1));
      task.harness.processWatermark(T + 1_000);
      assertThat(task.verdicts()).containsExactly("before true 4", "from false 0");
    }
  }

  /** All that remains is the rule. */
  @ParameterizedTest
  @CsvSource({"true, 0", "false, 0", "true, 7", "false, 7", "true, 100", "false, 100"})
  void keysThatFallSilent_leaveNothing(boolean inEventTime, int keysAtHand) throws Exception {
    try (Task task = new Task(inEventTime, null, keysAtHand)) {
      task.rule(rule(1, 0, 3));
      task.snapshot();
      int rules = task.harness.numKeyedStateEntries();
      for (int i = 0; i < 200; i++) {
        task.ask("r" + i, T + 70L * i, "k" + i % 40);
      }
      task.snapshot();
      assertThat(task.harness.numKeyedStateEntries()).isGreaterThan(rules);
      task.harness.processWatermark(T + 200_000);
      task.harness.snapshot(2, 2);
      assertThat(task.harness.numKeyedStateEntries()).isEqualTo(rules);
      assertThat(task.harness.numEventTimeTimers()).isZero();
      assertThat(task.harness.numProcessingTimeTimers()).isZero();
      long counted = task.usage().stream().mapToLong(use -> use.allowed() + use.refused()).sum();
      assertThat(counted).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "7, 0", "50, 0", "1, 2", "7, 2", "50, 2", "7, 100", "400, 2", "400, 100"})
  void restore_afterEveryNthRequest_changesNothing(int every, int keysAtHand) throws Exception {
    List<String> plain = run(Integer.MAX_VALUE, 0);
    assertThat(run(every, keysAtHand)).isEqualTo(plain).hasSize(300);
  }

  private static List<String> run(int every, int keysAtHand) throws Exception {
    List<String> verdicts = new ArrayList<>();
    Task task = new Task(true, null, keysAtHand);
    try {
      task.rule(rule(1, 0, 3));
      for (int i = 0; i < 300; i++) {
        task.ask("r" + i % 280, T + 40L * i + (i % 7) * 100L, "k" + i % 5);
        if (i % 20 == 0) {
          task.harness.processWatermark(T + 40L * i - 700);
        }
        verdicts.addAll(task.verdicts());
        if (i % every == every - 1) {
          OperatorSubtaskState state = task.snapshot();
          task.close();
          task = new Task(true, state, keysAtHand);
        }
      }
      task.harness.processWatermark(Long.MAX_VALUE);
      verdicts.addAll(task.verdicts());
    } finally {
      task.close();
    }
    return verdicts;
  }

  /** The window has passed, and all is there again. */
  @Test
  void restore_afterTheWindowHasPassed_startsFull() throws Exception {
    OperatorSubtaskState state;
    try (Task task = new Task(true, null)) {
      task.rule(rule(1, 0, 1));
      task.ask("a", T, "k");
      task.harness.processWatermark(T + 500);
      assertThat(task.verdicts()).containsExactly("a true 0");
      state = task.snapshot();
    }
    try (Task task = new Task(true, state)) {
      task.ask("b", T + 3_600_000, "k");
      task.ask("c", T + 3_600_001, "k");
      task.harness.processWatermark(T + 4_000_000);
      assertThat(task.verdicts()).containsExactly("b true 0", "c false 0");
    }
  }
}
