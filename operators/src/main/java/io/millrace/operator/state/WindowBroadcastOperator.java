package io.millrace.operator.state;

import java.util.List;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * {@link WindowOperator} for a function that has a broadcast input beside.
 *
 * <p><b>State</b>: that of the function, and the watermark.
 */
public final class WindowBroadcastOperator<K, I, B, O>
    extends CoBroadcastWithKeyedOperator<K, I, B, O> {
  private static final long serialVersionUID = 1L;

  private transient WatermarkMemory memory;

  /**
   * Runs the function.
   *
   * @param broadcast the states of its broadcast input
   */
  public WindowBroadcastOperator(
      KeyedBroadcastProcessFunction<K, I, B, O> function,
      List<MapStateDescriptor<?, ?>> broadcast) {
    super(function, broadcast);
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
