package io.millrace.operator.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.state.KeyGroupKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // A harness declares that close may be interrupted.
class DedupOperatorTest {
  private static final int MAX_PARALLELISM = 128;
  private static final int[] PARALLELISMS = {1, 4, 2};

  /** Tasks of the operator, and what they have passed on. */
  private static final class Tasks implements AutoCloseable {
    private final DedupSpec spec;
    private final boolean isOnHeap;
    private final List<
            KeyedOneInputStreamOperatorTestHarness<
                Integer, Tuple2<String, Long>, Tuple2<String, Long>>>
        harnesses = new ArrayList<>();
    private int harnessesBefore;
    private long watermark = Long.MIN_VALUE;

    Tasks(DedupSpec spec, boolean isOnHeap) throws Exception {
      this.spec = spec;
      this.isOnHeap = isOnHeap;
      open(1, null);
    }

    private static long hash(Tuple2<String, Long> event) {
      byte[] id = ItemBytes.of(event.f0);
      // It is the same in every task of this process.
      return ItemBytes.hash(id, 0, id.length);
    }

    private StateBackend backend() {
      return isOnHeap ? new HashMapStateBackend() : new EmbeddedRocksDBStateBackend(false);
    }

    private void open(int parallelism, @Nullable OperatorSubtaskState state) throws Exception {
      for (int task = 0; task < parallelism; task++) {
        var harness =
            new KeyedOneInputStreamOperatorTestHarness<>(
                new DedupOperator<>(Tasks::hash, spec, "dedup"),
                event -> KeyGroupKeys.of(hash(event)),
                Types.INT,
                MAX_PARALLELISM,
                parallelism,
                task);
        harness.setStateBackend(backend());
        if (state != null) {
          harness.initializeState(
              AbstractStreamOperatorTestHarness.repartitionOperatorState(
                  state, MAX_PARALLELISM, harnessesBefore, parallelism, task));
        }
        harness.open();
        harnesses.add(harness);
      }
    }

    /** Whether it is passed on. */
    boolean process(String id, long at) throws Exception {
      Tuple2<String, Long> event = Tuple2.of(id, at);
      int key = KeyGroupKeys.of(hash(event));
      int task = KeyGroupKeys.indexOf(key) * harnesses.size() / MAX_PARALLELISM;
      var harness = harnesses.get(task);
      int before = harness.getOutput().size();
      harness.processElement(new StreamRecord<>(event, at));
      return harness.getOutput().size() > before;
    }

    void watermark(long time) throws Exception {
      watermark = time;
      for (var harness : harnesses) {
        harness.processWatermark(new Watermark(time));
      }
    }

    void rescale(int parallelism, long checkpoint) throws Exception {
      OperatorSubtaskState[] states = new OperatorSubtaskState[harnesses.size()];
      for (int task = 0; task < states.length; task++) {
        states[task] = harnesses.get(task).snapshot(checkpoint, checkpoint);
      }
      harnessesBefore = states.length;
      close();
      harnesses.clear();
      open(parallelism, AbstractStreamOperatorTestHarness.repackageState(states));
      watermark(watermark);
    }

    int stateEntries(long checkpoint) throws Exception {
      int entries = 0;
      for (var harness : harnesses) {
        harness.snapshot(checkpoint, checkpoint);
        entries += harness.numKeyedStateEntries();
      }
      return entries;
    }

    @Override
    public void close() throws Exception {
      for (var harness : harnesses) {
        harness.close();
      }
    }
  }

  private record Passed(String id, long at) {}

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void process_anyHistory_isAsWithAMemoryOfAll(boolean isOnHeap) throws Exception {
    DedupSpec spec = new DedupSpec(1_000, 300);
    SplittableRandom random = new SplittableRandom(4);
    List<Passed> passed = new ArrayList<>();
    int repeated = 0;
    try (Tasks tasks = new Tasks(spec, isOnHeap)) {
      long now = 5;
      long watermark = Long.MIN_VALUE;
      for (int step = 1; step <= 6_000; step++) {
        now += random.nextInt(20);
        String id = "play-" + random.nextInt(random.nextBoolean() ? 50 : 5_000);
        long at = now - (random.nextInt(4) == 0 ? random.nextInt(2_500) : random.nextInt(100));
        boolean isRepetition =
            at >= watermark - 300
                && passed.stream()
                    .anyMatch(each -> each.id().equals(id) && Math.abs(each.at() - at) < 1_000);
        assertThat(tasks.process(id, at)).as("step %d", step).isEqualTo(!isRepetition);
        if (!isRepetition && (watermark == Long.MIN_VALUE || at >= watermark - 300)) {
          passed.add(new Passed(id, at));
        }
        repeated += isRepetition ? 1 : 0;
        if (random.nextInt(10) == 0) {
          watermark = now - 100;
          tasks.watermark(watermark);
        }
        if (random.nextInt(300) == 0) {
          tasks.rescale(PARALLELISMS[random.nextInt(PARALLELISMS.length)], step);
        }
      }
      assertThat(repeated).isBetween(500, 5_500);
      tasks.watermark(Long.MAX_VALUE);
      if (isOnHeap) {
        assertThat(tasks.stateEntries(10_000)).isZero();
      }
    }
  }

  /** What looks for a free place in a table that is too small would look for ever. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void watermark_farAhead_forgetsManyPanesAndKeepsTheLast() throws Exception {
    DedupSpec spec = new DedupSpec(1_000, 600);
    int idsPerPane = 20 * KeyGroupKeys.COUNT;
    try (Tasks tasks = new Tasks(spec, true)) {
      for (int pane = 0; pane < 10; pane++) {
        for (int id = 0; id < idsPerPane; id++) {
          assertThat(tasks.process(pane + "-" + id, pane * spec.paneMillis() + 50)).isTrue();
        }
      }

      tasks.watermark(1_600 + 9 * spec.paneMillis());

      for (int id = 0; id < idsPerPane; id++) {
        assertThat(tasks.process("9-" + id, 1_900)).isFalse();
        assertThat(tasks.process("8-" + id, 1_900)).isTrue();
      }
    }
  }

  @Test
  void horizon_isMeasuredOnEventTimeToTheMillisecond() throws Exception {
    try (Tasks tasks = new Tasks(new DedupSpec(1_000, 0), true)) {
      assertThat(tasks.process("a", 5_000)).isTrue();
      assertThat(tasks.process("a", 5_000)).isFalse();
      assertThat(tasks.process("a", 5_999)).isFalse();
      assertThat(tasks.process("a", 4_001)).isFalse();
      assertThat(tasks.process("a", 6_000)).isTrue();
      assertThat(tasks.process("a", 4_000)).isTrue();
      assertThat(tasks.process("b", 5_000)).isTrue();
    }
  }

  @Test
  void keys_areOneOfEachKeyGroup() {
    boolean[] seen = new boolean[KeyGroupKeys.COUNT];
    for (int index = 0; index < KeyGroupKeys.COUNT; index++) {
      assertThat(KeyGroupKeys.indexOf(KeyGroupKeys.at(index))).isEqualTo(index);
      assertThat(KeyGroupKeys.of(index - 128L)).isEqualTo(KeyGroupKeys.at(index));
      seen[index] = true;
    }
    assertThat(seen).doesNotContain(false);
  }

  @Test
  void spec_outOfRange_isRefused() {
    assertThatThrownBy(() -> new DedupSpec(0, 0)).hasMessageContaining("from 1 ms");
    assertThatThrownBy(() -> new DedupSpec(1, -1)).hasMessageContaining("from 0 to");
  }
}
