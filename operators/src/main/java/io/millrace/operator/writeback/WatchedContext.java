package io.millrace.operator.writeback;

import java.util.OptionalLong;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StatePartitionStreamProvider;

/**
 * What a function is told when its state is initialized, with a look at whether it asks for keyed
 * states: those that it opens then go by the key that the backend has.
 */
final class WatchedContext implements StateInitializationContext {
  private final StateInitializationContext context;
  private final Runnable keyedStateIsAskedFor;

  WatchedContext(StateInitializationContext context, Runnable keyedStateIsAskedFor) {
    this.context = context;
    this.keyedStateIsAskedFor = keyedStateIsAskedFor;
  }

  @Override
  public KeyedStateStore getKeyedStateStore() {
    keyedStateIsAskedFor.run();
    return context.getKeyedStateStore();
  }

  @Override
  public boolean isRestored() {
    return context.isRestored();
  }

  @Override
  public OptionalLong getRestoredCheckpointId() {
    return context.getRestoredCheckpointId();
  }

  @Override
  public OperatorStateStore getOperatorStateStore() {
    return context.getOperatorStateStore();
  }

  @Override
  public Iterable<StatePartitionStreamProvider> getRawOperatorStateInputs() {
    return context.getRawOperatorStateInputs();
  }

  @Override
  public Iterable<KeyGroupStatePartitionStreamProvider> getRawKeyedStateInputs() {
    return context.getRawKeyedStateInputs();
  }
}
