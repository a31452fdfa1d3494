package io.millrace.operator.logs;

import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Tells at the end of a bounded input the largest time of an event.
 *
 * <p><b>State</b>: that time; it makes no difference which task has it again.
 */
final class EndTimeOperator extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<LogEvent, Long> {
  private static final long serialVersionUID = 1L;
  private static final ListStateDescriptor<Long> LATEST =
      new ListStateDescriptor<>("latest", Types.LONG);

  private transient ListState<Long> saved;
  private transient long latest;

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    latest = Long.MIN_VALUE;
    saved = context.getOperatorStateStore().getListState(LATEST);
    for (Long each : saved.get()) {
      latest = Math.max(latest, each);
    }
  }

  @Override
  public void processElement(StreamRecord<LogEvent> element) {
    latest = Math.max(latest, element.getValue().at());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK) && latest != Long.MIN_VALUE) {
      output.collect(new StreamRecord<>(latest, latest));
    }
    super.processWatermark(mark);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    saved.update(List.of(latest));
  }
}
