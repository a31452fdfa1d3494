package io.millrace.operator.logs;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.util.clock.RelativeClock;

/**
 * Times of events that were read from lines, and watermarks that the slowest partition holds back.
 * One in which no line comes for {@code idleMillis} holds back nobody. At the end of a bounded
 * input only that is told, so that no event is late.
 *
 * @param disorderMillis how far events of a partition may be out of order
 * @param idleMillis 0 for never
 * @param byEnd whether only the end of input is told
 */
record PartitionWatermarks(long disorderMillis, long idleMillis, boolean byEnd)
    implements WatermarkStrategy<LogEvent> {

  @Override
  public TimestampAssigner<LogEvent> createTimestampAssigner(
      TimestampAssignerSupplier.Context context) {
    return (event, before) -> event.at();
  }

  @Override
  public WatermarkGenerator<LogEvent> createWatermarkGenerator(
      WatermarkGeneratorSupplier.Context context) {
    return byEnd ? new AtTheEnd() : new Slowest(this, context.getInputActivityClock());
  }

  /** Flink passes on the end of input by itself. */
  private static final class AtTheEnd implements WatermarkGenerator<LogEvent> {
    @Override
    public void onEvent(LogEvent event, long time, WatermarkOutput output) {}

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }

  private static final class Slowest implements WatermarkGenerator<LogEvent> {
    private final PartitionWatermarks spec;
    private final RelativeClock clock;
    private final Map<String, Progress> partitions = new HashMap<>();
    private long last = Long.MIN_VALUE;

    /** How far a partition is, and when it was last heard of. */
    private static final class Progress {
      private long latest = Long.MIN_VALUE;
      private long heardAtNanos;
    }

    Slowest(PartitionWatermarks spec, RelativeClock clock) {
      this.spec = spec;
      this.clock = clock;
    }

    @Override
    public void onEvent(LogEvent event, long time, WatermarkOutput output) {
      Progress progress =
          partitions.computeIfAbsent(
              event.topic() + ":" + event.partition(), unused -> new Progress());
      progress.latest = Math.max(progress.latest, time);
      progress.heardAtNanos = clock.relativeTimeNanos();
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      long now = clock.relativeTimeNanos();
      long idleNanos = Duration.ofMillis(spec.idleMillis()).toNanos();
      partitions.values().removeIf(each -> idleNanos > 0 && now - each.heardAtNanos > idleNanos);
      if (partitions.isEmpty()) {
        output.markIdle();
        return;
      }
      long slowest = Long.MAX_VALUE;
      for (Progress each : partitions.values()) {
        slowest = Math.min(slowest, each.latest);
      }
      last = Math.max(last, slowest - spec.disorderMillis() - 1);
      output.emitWatermark(new Watermark(last));
    }
  }
}
