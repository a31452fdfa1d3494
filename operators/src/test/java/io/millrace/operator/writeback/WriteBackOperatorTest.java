package io.millrace.operator.writeback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.operator.writeback.Tally.Change;
import io.millrace.operator.writeback.Tally.Kind;
import io.millrace.operator.writeback.WriteBackSpec.Timers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A function in this operator and in Flink's own, through the same history: nothing may differ. */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
class WriteBackOperatorTest {
  private static final int STEPS = 5_000;
  private static final int KEYS = 3_000;
  private static final int HISTORIES = 2;
  private static final int[] PARALLELISMS = {1, 4, 2};
  private static final Map<Planted, String> FOUND = new EnumMap<>(Planted.class);

  /** Too small for the keys, so that values come and go. */
  private static final WriteBackSpec SMALL = new WriteBackSpec(64 << 10, 1 << 10, 20, Timers.FLINK);

  /** Where the values are beneath. */
  enum Beneath implements Supplier<StateBackend> {
    HASHMAP {
      @Override
      public StateBackend get() {
        return new HashMapStateBackend();
      }
    },
    ROCKSDB {
      @Override
      public StateBackend get() {
        return new EmbeddedRocksDBStateBackend(true);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void process_anyHistory_isAsPlain(Beneath backend) throws Exception {
    for (int seed = 0; seed < HISTORIES; seed++) {
      compare(backend, seed, seed % 2 == 1, new Tried(true, hasKinds -> operator(hasKinds, SMALL)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void process_bucketedTimersInAnyHistory_isAsPlain(Beneath backend) throws Exception {
    WriteBackSpec bucketed = SMALL.with(Timers.BUCKETED);
    for (int seed = 0; seed < HISTORIES; seed++) {
      compare(
          backend, seed, seed % 2 == 0, new Tried(false, hasKinds -> operator(hasKinds, bucketed)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void process_valuesAsObjectsInAnyHistory_isAsPlain(Beneath backend) throws Exception {
    for (int most : new int[] {1, 50, 10_000}) {
      WriteBackSpec objects = SMALL.withObjects(most);
      compare(backend, most, most == 50, new Tried(true, hasKinds -> operator(hasKinds, objects)));
    }
  }

  private static Tasks.Maker operator(boolean hasKinds, WriteBackSpec spec) {
    return () -> new WriteBackOperator<>(new Tally(hasKinds), spec);
  }

  @Test
  void onTimer_ofBuckets_seesTheWatermarkThatFiredIt() throws Exception {
    try (var harness =
        new KeyedOneInputStreamOperatorTestHarness<Long, Long, Long>(
            new WriteBackOperator<>(new WatermarkTeller(), SMALL.with(Timers.BUCKETED)),
            each -> each % 5,
            Types.LONG)) {
      harness.open();
      for (long day = 1; day <= 30; day++) {
        harness.processElement(day * 86_400_000, 0);
      }
      harness.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(harness.extractOutputValues()).hasSize(30).containsOnly(Long.MAX_VALUE);
    }
  }

  @Test
  void process_functionThatOpensStatesWhenItsStateIsInitialized_hasThoseOfTheKey()
      throws Exception {
    try (var harness =
        new KeyedOneInputStreamOperatorTestHarness<Long, Long, Long>(
            new WriteBackOperator<>(new EarlyOpener(), SMALL), each -> each, Types.LONG)) {
      harness.setStateBackend(Beneath.ROCKSDB.get());
      harness.open();
      for (long key : new long[] {1, 2, 1, 3, 1, 2}) {
        harness.processElement(key, 0);
      }
      assertThat(harness.extractOutputValues()).containsExactly(1L, 1L, 2L, 1L, 3L, 2L);
    }
  }

  /** Counts elements in a state that it opens before it is opened itself. */
  private static final class EarlyOpener extends KeyedProcessFunction<Long, Long, Long>
      implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("NullAway.Init") // Flink initializes the state first.
    private transient ValueState<Long> counts;

    @Override
    public void initializeState(FunctionInitializationContext context) {
      counts =
          context.getKeyedStateStore().getState(new ValueStateDescriptor<>("counts", Types.LONG));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
      // It is stored as it is.
    }

    @Override
    public void processElement(Long element, Context context, Collector<Long> out)
        throws Exception {
      Long before = counts.value();
      counts.update(before == null ? 1 : before + 1);
      out.collect(counts.value());
    }
  }

  /** Sets a timer for each element, and tells the watermark when it fires. */
  private static final class WatermarkTeller extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Long time, Context context, Collector<Long> out) {
      context.timerService().registerEventTimeTimer(time);
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<Long> out) {
      out.collect(context.timerService().currentWatermark());
    }
  }

  /** Each element has an expiry after it, and every third a timer of the same time. */
  private static final class Expired extends KeyedProcessFunction<Long, Long, Long>
      implements Expiring {
    private static final long serialVersionUID = 1L;

    private transient @Nullable Expiries expiries;

    @Override
    public void takeExpiries(Expiries ofOperator) {
      expiries = ofOperator;
    }

    @Override
    public void processElement(Long time, Context context, Collector<Long> out) {
      Objects.requireNonNull(expiries).register(time);
      if (time % 3 == 0) {
        context.timerService().registerEventTimeTimer(time);
      }
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<Long> out) {
      out.collect(time);
    }
  }

  private static KeyedOneInputStreamOperatorTestHarness<Long, Long, Long> expired(
      Beneath backend, @Nullable OperatorSubtaskState state) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<Long, Long, Long>(
            new WriteBackOperator<>(new Expired(), SMALL.with(Timers.BUCKETED)),
            each -> each % 50,
            Types.LONG);
    harness.setStateBackend(backend.get());
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  @ParameterizedTest
  @EnumSource
  void expiry_atTheEndOfTheInput_isKeptForWhoeverGoesOn(Beneath backend) throws Exception {
    List<Long> times = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 1_000; i++) {
      times.add(1_000_000 + random.nextLong(40L * 86_400_000));
    }
    times.sort(null);
    long half = times.get(500);
    OperatorSubtaskState saved;
    try (var harness = expired(backend, null)) {
      harness.processWatermark(1);
      for (long time : times) {
        harness.processElement(time, 0);
      }
      harness.processWatermark(half);
      assertThat(harness.extractOutputValues()).isEqualTo(times.subList(0, 501));
      harness.getOutput().clear();
      harness.processWatermark(Watermark.MAX_WATERMARK);
      // What is due within eight seconds is in memory, where all timers are alike.
      assertThat(
              harness.extractOutputValues().stream().filter(time -> time > half + 16_000).toList())
          .isEqualTo(times.stream().filter(time -> time > half + 16_000 && time % 3 == 0).toList());
      saved = harness.snapshot(1, 1);
    }
    try (var harness = expired(backend, saved)) {
      harness.processWatermark(half + 16_000);
      harness.getOutput().clear();
      long last = times.get(times.size() - 1);
      harness.processWatermark(last - 1);
      assertThat(harness.extractOutputValues())
          .isEqualTo(times.stream().filter(time -> time > half + 16_000 && time < last).toList());
      harness.processWatermark(last);
      assertThat(harness.extractOutputValues()).contains(last);
      assertThat(harness.numEventTimeTimers()).isOne();
    }
  }

  @ParameterizedTest
  @EnumSource
  void process_plantedBug_isFound(Planted bug) {
    FOUND.put(bug, "no step of any history showed it | no");
    Throwable shown =
        catchThrowable(
            () -> {
              for (int seed = 0; seed < HISTORIES; seed++) {
                PlantedOperator.forget();
                compare(
                    Beneath.ROCKSDB,
                    seed,
                    false,
                    new Tried(
                        true,
                        hasKinds -> () -> new PlantedOperator(new Tally(hasKinds), SMALL, bug)));
              }
            });
    if (shown instanceof AssertionError) {
      FOUND.put(bug, "not as plain state | yes");
    } else if (shown instanceof IOException) {
      FOUND.put(bug, "refused by Flink | yes");
    }
    assertThat(shown)
        .as("no step of any history showed the bug")
        .isInstanceOfAny(AssertionError.class, IOException.class);
  }

  /** For whoever asks what became of each bug. */
  @AfterAll
  static void tellWhatWasFound() throws IOException {
    if (!FOUND.isEmpty()) {
      StringBuilder table = new StringBuilder();
      FOUND.forEach(
          (bug, found) -> table.append(bug.text()).append(" | ").append(found).append('\n'));
      Files.writeString(Path.of("target/planted-bugs.txt"), table);
    }
  }

  /** Makes the operators that are tried. */
  private record Tried(boolean isAsPlain, Function<Boolean, Tasks.Maker> maker) {
    Tasks.Maker of(boolean hasKinds) {
      return maker.apply(hasKinds);
    }
  }

  /** Runs both through one history and asserts after each step that they have sent the same. */
  private static void compare(Beneath backend, int seed, boolean hasKinds, Tried tried)
      throws Exception {
    Tasks.Maker plain = () -> new KeyedProcessOperator<>(new Tally(hasKinds));
    SplittableRandom random = new SplittableRandom(seed);
    try (Tasks expected = new Tasks(backend, plain);
        Tasks actual = new Tasks(backend, tried.of(hasKinds))) {
      long now = 0;
      int restarts = 0;
      for (int step = 0; step < STEPS; step++) {
        now += random.nextInt(random.nextInt(400) == 0 ? 200_000_000 : 20);
        Change change = change(random, now);
        expected.process(change);
        actual.process(change);
        if (random.nextInt(20) == 0) {
          expected.watermark(now);
          actual.watermark(now);
        }
        assertThat(actual.sent()).as("seed %d step %d", seed, step).isEqualTo(expected.sent());
        if (random.nextInt(400) == 0) {
          int before = expected.parallelism();
          OperatorSubtaskState expectedState = expected.checkpoint();
          OperatorSubtaskState actualState = actual.checkpoint();
          if (random.nextInt(3) == 0) {
            // What comes after it is lost with the tasks, and comes again.
            for (int lost = 0; lost < 20; lost++) {
              Change again = change(random, now);
              actual.process(again);
              expected.process(again);
            }
          }
          int after = PARALLELISMS[++restarts % PARALLELISMS.length];
          expected.restore(expectedState, before, plain, after);
          // Every third time Flink's own operator goes on, and the next time ours again.
          Tasks.Maker next = restarts % 3 == 2 && tried.isAsPlain() ? plain : tried.of(hasKinds);
          actual.restore(actualState, before, next, after);
          // Timers fire by a watermark, which is not restored.
          expected.watermark(now);
          actual.watermark(now);
          assertThat(actual.sent()).isEqualTo(expected.sent());
          askOnly(random, now, actual, expected);
        }
      }
      expected.watermark(Long.MAX_VALUE);
      actual.watermark(Long.MAX_VALUE);
      assertThat(actual.sent()).isEqualTo(expected.sent());
      assertThat(restarts).isPositive();
    }
  }

  /** Values that are only looked at are not stored again, come they or go. */
  private static void askOnly(SplittableRandom random, long now, Tasks actual, Tasks expected)
      throws Exception {
    actual.checkpoint();
    expected.checkpoint();
    long before = actual.stateWrites();
    for (int i = 0; i < 500; i++) {
      Change asked = new Change(random.nextInt(KEYS), Kind.ASK, 1, now);
      actual.process(asked);
      expected.process(asked);
    }
    actual.checkpoint();
    expected.checkpoint();
    assertThat(actual.sent()).isEqualTo(expected.sent());
    assertThat(actual.stateWrites()).as("writes").isEqualTo(before);
  }

  private static Change change(SplittableRandom random, long now) {
    int kind = random.nextInt(100);
    return new Change(
        (long) (KEYS * Math.pow(random.nextDouble(), 2)),
        kind < 40
            ? Kind.ADD
            : kind < 65
                ? Kind.APPEND
                : kind < 72
                    ? Kind.CLEAR_COUNT
                    : kind < 75
                        ? Kind.CLEAR_ALL
                        : kind < 82 ? Kind.ASK : kind < 95 ? Kind.REMIND : Kind.FORGET,
        1 + random.nextInt(40),
        now);
  }
}
