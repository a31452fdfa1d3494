package io.millrace.operator.order;

import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/**
 * Passes events on, with a watermark at the end of time: whoever joins the stream with others
 * applies its events when they come, and doesn't wait for them.
 *
 * <p><b>State</b>: none. <b>Timers</b>: one in processing time, at the start.
 */
public final class Unawaited<T> extends AbstractStreamOperator<T>
    implements OneInputStreamOperator<T, T> {
  private static final long serialVersionUID = 1L;

  private transient @Nullable ScheduledFuture<?> start;

  private Unawaited() {}

  /**
   * Adds the operator.
   *
   * @param uid of the operator, unique in the job
   */
  public static <T> DataStream<T> of(DataStream<T> events, String uid) {
    return events.transform("Don't wait for it", events.getType(), new Unawaited<>()).uid(uid);
  }

  @Override
  public void open() throws Exception {
    super.open();
    long now = getProcessingTimeService().getCurrentProcessingTime();
    // Not here, where operators that come after this one may not be open.
    start =
        getProcessingTimeService()
            .registerTimer(now, time -> output.emitWatermark(Watermark.MAX_WATERMARK));
  }

  @Override
  public void close() throws Exception {
    if (start != null) {
      start.cancel(false);
    }
    super.close();
  }

  @Override
  public void processElement(StreamRecord<T> element) {
    output.collect(element);
  }

  @Override
  public void processWatermark(Watermark mark) {}

  @Override
  public void processWatermarkStatus(WatermarkStatus status) {}
}
