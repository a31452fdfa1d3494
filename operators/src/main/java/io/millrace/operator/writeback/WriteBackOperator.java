package io.millrace.operator.writeback;

import java.util.stream.Stream;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Runs a function as {@code KeyedStream.process} does, with the value states that it opens kept at
 * hand. All its other states, and value states with a time to live, are Flink's own.
 *
 * <p>What is in a checkpoint or savepoint is what Flink's own operator would have put there: values
 * that have changed are stored before the barrier. Which keys have values is not saved but read
 * from the state when the operator is restored.
 *
 * <p><b>State</b>: that of the function. <b>Timers</b>: those of the function.
 */
class WriteBackOperator<K, I, O> extends KeyedProcessOperator<K, I, O> {
  private static final long serialVersionUID = 1L;

  private static final ListStateDescriptor<byte[]> BUCKETS =
      new ListStateDescriptor<>(
          "timer-buckets", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  /** The share of {@link WriteBackSpec#mostDirty} that may wait whenever a barrier may come. */
  private static final double LEAST_DIRTY_SHARE = 0.125;

  private static final int KEYS_UNTIL_LOOK = 256;

  private final WriteBackSpec spec;
  private transient boolean isRestored;
  private transient CurrentKey<K> current;
  private transient WriteBackStore<K> store;
  private transient Counter writes;

  /** When the last barrier came, and for how long before that none had; 0 where it is not known. */
  private transient long barrierAt;

  private transient long barrierInterval;
  private transient int keysSinceLook;

  /** The function's timers, where they are in buckets. */
  private transient @Nullable TimerBuckets<K> timers;

  WriteBackOperator(KeyedProcessFunction<K, I, O> function, WriteBackSpec spec) {
    super(function);
    this.spec = spec;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    isRestored = context.isRestored();
    current = currentKey(getKeyedStateBackend());
    super.initializeState(new WatchedContext(context, current::beEager));
  }

  @Override
  public void open() throws Exception {
    writes = getMetricGroup().counter("numStateWrites");
    store =
        new WriteBackStore<>(
            getKeyedStateStore(),
            new WriteBackState.Shared<>(
                current,
                getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks(),
                tables(),
                getMetricGroup().counter("numStateReads"),
                writes));
    getRuntimeContext().setKeyedStateStore(store);
    super.open();
    Iterable<WriteBackState<K, ?>> states = store.opened(spec);
    store.limitDirty(LEAST_DIRTY_SHARE);
    if (isRestored) {
      for (WriteBackState<K, ?> state : states) {
        remember(state);
      }
      if (timers != null) {
        timers.restore();
      }
    }
  }

  @Override
  @SuppressWarnings("unchecked") // The one service that a function has is asked for, by its key.
  public <T, N> InternalTimerService<N> getInternalTimerService(
      String name, TypeSerializer<N> namespace, Triggerable<T, N> target) {
    InternalTimerService<N> plain = super.getInternalTimerService(name, namespace, target);
    if (spec.timers() == WriteBackSpec.Timers.FLINK) {
      return plain;
    }
    try {
      timers =
          new TimerBuckets<>(
              (InternalTimerService<VoidNamespace>) plain,
              (InternalListState<K, Long, byte[]>)
                  getOrCreateKeyedState(LongSerializer.INSTANCE, BUCKETS),
              this.<K>getKeyedStateBackend().getKeySerializer(),
              getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks(),
              current,
              this,
              into -> super.getInternalTimerService("buckets", LongSerializer.INSTANCE, into));
    } catch (Exception e) {
      throw new FlinkRuntimeException("the state of timers in buckets could not be opened", e);
    }
    if (userFunction instanceof Expiring function) {
      function.takeExpiries(timers::registerExpiry);
    }
    return (InternalTimerService<N>) timers;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (timers == null) {
      super.processWatermark(mark);
      return;
    }
    timeServiceManager.advanceWatermark(mark);
    timers.advance(mark.getTimestamp());
    output.emitWatermark(mark);
  }

  /** Takes note of the keys that have values: after a rescaling, those of this task alone. */
  void remember(WriteBackState<K, ?> state) throws Exception {
    try (Stream<K> keys =
        this.<K>getKeyedStateBackend().getKeys(state.name(), VoidNamespace.INSTANCE)) {
      state.remember(keys);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // The key selector's keys are of that type.
  public void setCurrentKey(Object key) {
    current.set((K) key);
    if (++keysSinceLook == KEYS_UNTIL_LOOK) {
      keysSinceLook = 0;
      limitDirty();
    }
  }

  /**
   * Values may wait for long while the next barrier is far, and less the nearer it comes, so that
   * it is not held back by all of them. It is expected as long after the last one as that came
   * after the one before.
   */
  private void limitDirty() {
    if (barrierInterval > 0) {
      // The clock may have been set back.
      double passed = Math.max(0, (double) (now() - barrierAt) / barrierInterval);
      store.limitDirty(Math.max(LEAST_DIRTY_SHARE, 1 - passed));
    }
  }

  private long now() {
    return getProcessingTimeService().getCurrentProcessingTime();
  }

  @Override
  @SuppressWarnings("NullAway") // As in Flink's own operator, there is none before the first.
  public Object getCurrentKey() {
    return current.get();
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    flush();
    long before = barrierAt;
    barrierAt = now();
    barrierInterval = before == 0 ? 0 : barrierAt - before;
  }

  @Override
  public void finish() throws Exception {
    super.finish();
    // The last barrier comes any time now, and nothing else.
    flush();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    // Whoever takes a snapshot without a barrier, as Flink's test harness does.
    flush();
    super.snapshotState(context);
  }

  /** Stores all values that have changed. */
  void flush() throws Exception {
    store.flush();
    if (timers != null) {
      timers.flush();
    }
  }

  CurrentKey<K> currentKey(KeyedStateBackend<K> backend) {
    return new CurrentKey<>(backend);
  }

  EntryTable.Maker tables() {
    return EntryTable::new;
  }

  /** How often a value was stored. */
  long stateWrites() {
    return writes.getCount();
  }
}
