package io.millrace.operator.logs;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/**
 * Gives events the times that their lines tell, and watermarks that the slowest partition holds
 * back. None is beyond that of the lines, which are timed by when they came in: so a partition that
 * has not been heard of yet, such as after a restart, holds back too. One in which no line comes
 * for a time holds back nobody. At the end of a bounded input only that is told, so that no event
 * is late.
 *
 * <p><b>State</b>: none. <b>Timers</b>: one in processing time, for periodic watermarks.
 */
final class PartitionWatermarkOperator extends AbstractStreamOperator<LogEvent>
    implements OneInputStreamOperator<LogEvent, LogEvent>, ProcessingTimeCallback {
  private static final long serialVersionUID = 1L;

  private final long disorderMillis;
  private final long idleMillis;
  private final boolean byEnd;

  private transient Map<Partition, Progress> partitions;
  private transient long ofLines;
  private transient boolean linesAreIdle;
  private transient long last;
  private transient boolean isIdle;
  private transient @Nullable ScheduledFuture<?> next;

  private record Partition(String topic, int number) {}

  /** How far a partition is, and when it was last heard of. */
  private static final class Progress {
    private long latest = Long.MIN_VALUE;
    private long heardAt;
  }

  /**
   * So.
   *
   * @param disorderMillis how far events of a partition may be out of order
   * @param idleMillis 0 for never
   * @param byEnd whether only the end of input is told
   */
  PartitionWatermarkOperator(long disorderMillis, long idleMillis, boolean byEnd) {
    this.disorderMillis = disorderMillis;
    this.idleMillis = idleMillis;
    this.byEnd = byEnd;
  }

  @Override
  public void open() throws Exception {
    super.open();
    partitions = new HashMap<>();
    ofLines = Long.MIN_VALUE;
    last = Long.MIN_VALUE;
    isIdle = false;
    linesAreIdle = false;
    if (!byEnd) {
      again();
    }
  }

  private void again() {
    long period = Math.max(1, getExecutionConfig().getAutoWatermarkInterval());
    next = getProcessingTimeService().registerTimer(now() + period, this);
  }

  private long now() {
    return getProcessingTimeService().getCurrentProcessingTime();
  }

  @Override
  public void processElement(StreamRecord<LogEvent> element) {
    LogEvent event = element.getValue();
    if (!byEnd) {
      Progress progress =
          partitions.computeIfAbsent(
              new Partition(event.topic(), event.partition()), unused -> new Progress());
      progress.latest = Math.max(progress.latest, event.at());
      progress.heardAt = now();
    }
    output.collect(element.replace(event, event.at()));
  }

  @Override
  public void processWatermark(Watermark mark) {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      output.emitWatermark(mark);
    } else {
      ofLines = Math.max(ofLines, mark.getTimestamp());
    }
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) {
    linesAreIdle = status.isIdle();
  }

  @Override
  public void onProcessingTime(long time) {
    partitions.values().removeIf(each -> idleMillis > 0 && now() - each.heardAt > idleMillis);
    if (linesAreIdle || ofLines != Long.MIN_VALUE) {
      tell();
    }
    again();
  }

  private void tell() {
    boolean wasIdle = isIdle;
    isIdle = partitions.isEmpty();
    if (isIdle != wasIdle) {
      output.emitWatermarkStatus(isIdle ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE);
    }
    if (isIdle) {
      return;
    }
    long slowest =
        partitions.values().stream().mapToLong(each -> each.latest).min().getAsLong()
            - disorderMillis
            - 1;
    long mark = linesAreIdle ? slowest : Math.min(slowest, ofLines);
    if (mark > last) {
      last = mark;
      output.emitWatermark(new Watermark(mark));
    }
  }

  @Override
  public void close() throws Exception {
    if (next != null) {
      next.cancel(false);
    }
    super.close();
  }
}
