package io.millrace.operator.state;

import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Runs a function that closes windows, such that none of them opens again after a restore: its
 * watermark is where it was.
 *
 * <p><b>State</b>: that of the function, and the watermark.
 */
public final class WindowOperator<K, I, O> extends KeyedProcessOperator<K, I, O> {
  private static final long serialVersionUID = 1L;

  private transient WatermarkMemory memory;

  /** Runs the function. */
  public WindowOperator(KeyedProcessFunction<K, I, O> function) {
    super(function);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    memory = WatermarkMemory.open(context.getOperatorStateStore());
  }

  @Override
  public void open() throws Exception {
    super.open();
    memory.tell(getTimeServiceManager());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    super.processWatermark(memory.later(mark));
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    memory.save();
    super.snapshotState(context);
  }
}
