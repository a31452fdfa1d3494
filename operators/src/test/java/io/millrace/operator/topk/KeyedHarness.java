package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/** A keyed function on a state backend, which can be snapshotted and restored into a new one. */
final class KeyedHarness<K, I, O> {
  /** Where state is kept. */
  enum Backend {
    HASHMAP {
      @Override
      StateBackend create() {
        return new HashMapStateBackend();
      }
    },
    ROCKSDB {
      @Override
      StateBackend create() {
        return new EmbeddedRocksDBStateBackend(false);
      }
    };

    abstract StateBackend create();
  }

  /** Makes the operator anew, as a restart does. */
  interface OperatorMaker<I, O> {
    OneInputStreamOperator<I, O> make();
  }

  private final OpenHarnesses harnesses;
  private final Backend backend;
  private final OperatorMaker<I, O> operator;
  private final KeySelector<I, K> key;
  private final TypeInformation<K> keyType;
  private KeyedOneInputStreamOperatorTestHarness<K, I, O> current;
  private long checkpoints;

  KeyedHarness(
      OpenHarnesses harnesses,
      Backend backend,
      OperatorMaker<I, O> operator,
      KeySelector<I, K> key,
      TypeInformation<K> keyType)
      throws Exception {
    this.harnesses = harnesses;
    this.backend = backend;
    this.operator = operator;
    this.key = key;
    this.keyType = keyType;
    this.current = open(null);
  }

  private KeyedOneInputStreamOperatorTestHarness<K, I, O> open(
      @Nullable OperatorSubtaskState restored) throws Exception {
    KeyedOneInputStreamOperatorTestHarness<K, I, O> harness =
        harnesses.add(new KeyedOneInputStreamOperatorTestHarness<>(operator.make(), key, keyType));
    harness.setStateBackend(backend.create());
    if (restored != null) {
      harness.initializeState(restored);
    }
    harness.open();
    return harness;
  }

  void process(I element) throws Exception {
    current.processElement(element, Long.MIN_VALUE);
  }

  void watermark(long time) throws Exception {
    current.processWatermark(time);
  }

  /** Takes a snapshot and goes on in a new operator with that state and no watermark. */
  void restart() throws Exception {
    OperatorSubtaskState state = current.snapshot(++checkpoints, checkpoints);
    current.close();
    current = open(state);
  }

  /** What was sent since the operator was started, without watermarks. */
  List<O> sent() {
    List<O> sent = List.copyOf(current.extractOutputValues());
    current.getOutput().clear();
    return sent;
  }

  /** Takes a snapshot and goes on. */
  void snapshot() throws Exception {
    checkpoints++;
    current.snapshot(checkpoints, checkpoints);
  }

  int timers() {
    return current.numEventTimeTimers();
  }

  /** Number of keys that have a state of one of those names. */
  long keysWithState(String... names) {
    KeyedStateBackend<K> state =
        ((AbstractStreamOperator<?>) current.getOperator()).getKeyedStateBackend();
    assertThat(state).isNotNull();
    return Stream.of(names)
        .flatMap(name -> state.<VoidNamespace>getKeys(name, VoidNamespace.INSTANCE))
        .distinct()
        .count();
  }

  /** Number of entries that a map state holds for a key. */
  <U, V> int entries(K ofKey, MapStateDescriptor<U, V> descriptor) throws Exception {
    KeyedStateBackend<K> state =
        ((AbstractStreamOperator<?>) current.getOperator()).getKeyedStateBackend();
    assertThat(state).isNotNull();
    state.setCurrentKey(ofKey);
    MapState<U, V> map =
        state.getPartitionedState(
            VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
    int entries = 0;
    for (U ignored : map.keys()) {
      entries++;
    }
    return entries;
  }
}
