package io.millrace.operator.writeback;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;

/**
 * Gives a function the states that it asks for: values kept at hand, and all others as Flink has
 * them.
 */
final class WriteBackStore<K> implements KeyedStateStore {
  private final KeyedStateStore plain;
  private final WriteBackState.Shared<K> shared;
  private final Map<String, WriteBackState<K, ?>> atHand = new LinkedHashMap<>();
  private boolean isOpen;

  WriteBackStore(KeyedStateStore plain, WriteBackState.Shared<K> shared) {
    this.plain = plain;
    this.shared = shared;
  }

  @Override
  @SuppressWarnings("unchecked") // Flink refuses a second state of that name with another type.
  public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
    String name = descriptor.getName();
    if (!atHand.containsKey(name) && (isOpen || descriptor.getTtlConfig().isEnabled())) {
      return asItIs(plain.getState(descriptor));
    }
    ValueState<T> stored = plain.getState(asStored(descriptor));
    return (ValueState<T>)
        atHand.computeIfAbsent(name, unused -> new WriteBackState<>(stored, descriptor, shared));
  }

  /** The same state, which takes values as the bytes that they have at hand, if it stores bytes. */
  private <T> ValueStateDescriptor<T> asStored(ValueStateDescriptor<T> descriptor) {
    return shared.current().storesBytes()
            && descriptor.isSerializerInitialized()
            && descriptor.getDefaultValue() == null
        ? new ValueStateDescriptor<>(
            descriptor.getName(), new StoredSerializer<>(descriptor.getSerializer()))
        : descriptor;
  }

  /** Says that the function has opened its states, and what memory there is for all of them. */
  Iterable<WriteBackState<K, ?>> opened(WriteBackSpec spec) {
    isOpen = true;
    int states = Math.max(1, atHand.size());
    long cacheBytes = Math.max(EntryTable.LEAST_BYTES, spec.cacheBytes() / states);
    atHand
        .values()
        .forEach(
            state ->
                state.give(
                    cacheBytes, spec.filterBytes() / states, spec.mostDirty(), spec.mostObjects()));
    return atHand.values();
  }

  /** Says which share of the values that may wait to be stored may do so from now on. */
  void limitDirty(double share) {
    atHand.values().forEach(state -> state.limitDirty(share));
  }

  /** Stores all values that have changed. */
  void flush() throws IOException {
    for (WriteBackState<K, ?> state : atHand.values()) {
      state.flush();
    }
  }

  /** A state that goes by the key that the backend has. */
  private <S> S asItIs(S state) {
    shared.current().beEager();
    return state;
  }

  @Override
  public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
    return asItIs(plain.getListState(descriptor));
  }

  @Override
  public <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor) {
    return asItIs(plain.getReducingState(descriptor));
  }

  @Override
  public <I, A, O> AggregatingState<I, O> getAggregatingState(
      AggregatingStateDescriptor<I, A, O> descriptor) {
    return asItIs(plain.getAggregatingState(descriptor));
  }

  @Override
  public <U, V> MapState<U, V> getMapState(MapStateDescriptor<U, V> descriptor) {
    return new SelectedMap<>(plain.getMapState(descriptor), shared.current());
  }

  @Override
  public <T> org.apache.flink.api.common.state.v2.ValueState<T> getValueState(
      org.apache.flink.api.common.state.v2.ValueStateDescriptor<T> descriptor) {
    return asItIs(plain.getValueState(descriptor));
  }

  @Override
  public <T> org.apache.flink.api.common.state.v2.ListState<T> getListState(
      org.apache.flink.api.common.state.v2.ListStateDescriptor<T> descriptor) {
    return asItIs(plain.getListState(descriptor));
  }

  @Override
  public <U, V> org.apache.flink.api.common.state.v2.MapState<U, V> getMapState(
      org.apache.flink.api.common.state.v2.MapStateDescriptor<U, V> descriptor) {
    return asItIs(plain.getMapState(descriptor));
  }

  @Override
  public <T> org.apache.flink.api.common.state.v2.ReducingState<T> getReducingState(
      org.apache.flink.api.common.state.v2.ReducingStateDescriptor<T> descriptor) {
    return asItIs(plain.getReducingState(descriptor));
  }

  @Override
  public <I, A, O> org.apache.flink.api.common.state.v2.AggregatingState<I, O> getAggregatingState(
      org.apache.flink.api.common.state.v2.AggregatingStateDescriptor<I, A, O> descriptor) {
    return asItIs(plain.getAggregatingState(descriptor));
  }

  @Override
  public String getBackendTypeIdentifier() {
    return plain.getBackendTypeIdentifier();
  }
}
