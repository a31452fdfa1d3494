package io.millrace.operator.writeback;

import io.millrace.operator.writeback.Tally.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/** The tasks of one operator, which can be restarted as another operator, or with more tasks. */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
final class Tasks implements AutoCloseable {
  static final int MAX_PARALLELISM = 64;

  /** Makes a task's operator anew. */
  interface Maker {
    KeyedProcessOperator<Long, Change, String> make();
  }

  private final Supplier<StateBackend> backend;
  private List<KeyedOneInputStreamOperatorTestHarness<Long, Change, String>> tasks =
      new ArrayList<>();
  private long checkpoints;

  Tasks(Supplier<StateBackend> backend, Maker maker) throws Exception {
    this.backend = backend;
    tasks = opened(maker, 1, null, 1);
  }

  private List<KeyedOneInputStreamOperatorTestHarness<Long, Change, String>> opened(
      Maker maker, int parallelism, @Nullable OperatorSubtaskState state, int before)
      throws Exception {
    List<KeyedOneInputStreamOperatorTestHarness<Long, Change, String>> opened = new ArrayList<>();
    for (int task = 0; task < parallelism; task++) {
      var harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              maker.make(), Change::key, Types.LONG, MAX_PARALLELISM, parallelism, task);
      harness.setStateBackend(backend.get());
      if (state != null) {
        harness.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                state, MAX_PARALLELISM, before, parallelism, task));
      }
      harness.open();
      opened.add(harness);
    }
    return opened;
  }

  int parallelism() {
    return tasks.size();
  }

  void process(Change change) throws Exception {
    int task =
        KeyGroupRangeAssignment.assignKeyToParallelOperator(
            change.key(), MAX_PARALLELISM, tasks.size());
    tasks.get(task).processElement(change, change.at());
  }

  void watermark(long time) throws Exception {
    for (var task : tasks) {
      task.processWatermark(time);
    }
  }

  /** Takes a checkpoint, in the way of a running task, and goes on. */
  OperatorSubtaskState checkpoint() throws Exception {
    checkpoints++;
    OperatorSubtaskState[] states = new OperatorSubtaskState[tasks.size()];
    for (int task = 0; task < states.length; task++) {
      tasks.get(task).prepareSnapshotPreBarrier(checkpoints);
      states[task] = tasks.get(task).snapshot(checkpoints, checkpoints);
    }
    return AbstractStreamOperatorTestHarness.repackageState(states);
  }

  /** Goes on in new tasks from a checkpoint that {@code before} tasks took. */
  void restore(OperatorSubtaskState state, int before, Maker maker, int parallelism)
      throws Exception {
    close();
    tasks = opened(maker, parallelism, state, before);
  }

  /** What was sent since last asked, ordered, for tasks are not. */
  List<String> sent() {
    List<String> sent =
        tasks.stream().flatMap(task -> task.extractOutputValues().stream()).sorted().toList();
    tasks.forEach(task -> task.getOutput().clear());
    return sent;
  }

  /** How often a value was stored by our own operators, since they were started. */
  long stateWrites() {
    return tasks.stream()
        .map(AbstractStreamOperatorTestHarness::getOperator)
        .filter(WriteBackOperator.class::isInstance)
        .mapToLong(operator -> ((WriteBackOperator<?, ?, ?>) operator).stateWrites())
        .sum();
  }

  @Override
  public void close() throws Exception {
    for (var task : tasks) {
      task.close();
    }
    tasks.clear();
  }
}
