package io.millrace.operator.topk;

import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/**
 * Passes a source task's counts on and, while the task is idle, sends a watermark in its place: the
 * latest event time that any task may have read by now. So the task holds nobody up, and still
 * nobody downstream gets past what it may count once it is active again; {@link LocalCountOperator}
 * says why that matters.
 *
 * <p><b>State</b>: none. <b>Timers</b>: one in processing time while idle.
 */
final class StandInWatermarkOperator extends AbstractStreamOperator<PartialCount>
    implements OneInputStreamOperator<PartialCount, PartialCount> {
  private static final long serialVersionUID = 1L;
  private static final long REFRESH_MILLIS = 1_000;

  private final PaneCounting counting;

  private transient long sent;

  /** The next refresh of the stand-in watermark; null while the task is active. */
  private transient @Nullable ScheduledFuture<?> refresh;

  StandInWatermarkOperator(PaneCounting counting) {
    this.counting = counting;
  }

  @Override
  public void open() throws Exception {
    super.open();
    sent = Long.MIN_VALUE;
  }

  @Override
  public void processElement(StreamRecord<PartialCount> element) {
    output.collect(element);
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.getTimestamp() > sent) {
      sent = mark.getTimestamp();
      super.processWatermark(mark);
    }
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    if (refresh != null) {
      refresh.cancel(false);
      refresh = null;
    }
    if (status.isIdle()) {
      standIn();
    }
  }

  private void standIn() throws Exception {
    long now = getProcessingTimeService().getCurrentProcessingTime();
    processWatermark(new Watermark(counting.latestEventTime(now)));
    refresh =
        getProcessingTimeService()
            .registerTimer(
                now + REFRESH_MILLIS,
                time -> {
                  // A refresh that was under way when it was cancelled still gets here.
                  if (refresh != null) {
                    refresh.cancel(false);
                    standIn();
                  }
                });
  }
}
