package io.millrace.operator.geo;

import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Passes events on, and at the end of a bounded input tells the tasks of all owners the largest
 * time of one. An event that says no more than a time is not passed on, and counts.
 *
 * <p><b>State</b>: that time; it makes no difference which task has it again.
 */
final class EndTimeOperator extends AbstractStreamOperator<OwnerEvent>
    implements OneInputStreamOperator<OwnerEvent, OwnerEvent> {
  private static final long serialVersionUID = 1L;

  /** Key groups where the maximum parallelism is the same. */
  private static final int GROUPS = 128;

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
  public void processElement(StreamRecord<OwnerEvent> element) {
    OwnerEvent event = element.getValue();
    latest = Math.max(latest, event.at());
    if (!event.isTimeAlone()) {
      output.collect(element);
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK) && latest != Long.MIN_VALUE) {
      tellAll();
    }
    super.processWatermark(mark);
  }

  /** Tells a key of each group: every task has one. */
  private void tellAll() {
    boolean[] told = new boolean[GROUPS];
    int left = GROUPS;
    for (int i = 0; left > 0; i++) {
      String key = String.valueOf(i);
      int group = KeyGroupRangeAssignment.assignToKeyGroup(key, GROUPS);
      if (!told[group]) {
        told[group] = true;
        left--;
        output.collect(new StreamRecord<>(OwnerEvent.time(key, latest), latest));
      }
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    saved.update(List.of(latest));
  }
}
