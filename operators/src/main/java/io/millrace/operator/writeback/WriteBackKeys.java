package io.millrace.operator.writeback;

import java.io.IOException;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;

/**
 * Value states that are written back, for an operator that goes from key to key by itself, within
 * the key groups of its task. It has to {@link #flush} them before a barrier.
 *
 * <p>In use: the states are opened, then {@link #open} is called once, then a key is selected
 * before each use of a state.
 */
public final class WriteBackKeys<K> {
  private final KeyedStateBackend<K> backend;
  private final CurrentKey<K> current;
  private final WriteBackStore<K> store;
  private final WriteBackSpec spec;

  /**
   * No state yet.
   *
   * @param plain where Flink has the states
   * @param maxParallelism how many key groups there are
   */
  public WriteBackKeys(
      KeyedStateBackend<K> backend,
      KeyedStateStore plain,
      int maxParallelism,
      MetricGroup metrics,
      WriteBackSpec spec) {
    this.backend = backend;
    this.spec = spec;
    current = new CurrentKey<>(backend);
    store =
        new WriteBackStore<>(
            plain,
            new WriteBackState.Shared<>(
                current,
                maxParallelism,
                EntryTable::new,
                metrics.counter("numStateReads"),
                metrics.counter("numStateWrites")));
  }

  /** A state; before {@link #open}. */
  public <V> ValueState<V> state(ValueStateDescriptor<V> descriptor) {
    return store.getState(descriptor);
  }

  /**
   * Gives the states their memory.
   *
   * @param isRestored whether there may be values in state
   */
  public void open(boolean isRestored) throws IOException {
    for (WriteBackState<K, ?> state : store.opened(spec)) {
      if (isRestored) {
        try (Stream<K> keys = backend.getKeys(state.name(), VoidNamespace.INSTANCE)) {
          state.remember(keys);
        }
      }
    }
  }

  /** Says whose values are asked for next; the very key that was selected last costs nothing. */
  public void select(K key) {
    if (current.get() != key) {
      current.set(key);
    }
  }

  /** The same for states of Flink's own, which go by the key that the backend has. */
  public void selectPlain(K key) {
    current.set(key);
    current.select();
  }

  /** Stores all values that have changed. */
  public void flush() throws IOException {
    store.flush();
  }
}
