package io.millrace.connector.kafka;

import io.millrace.schema.lane.DeadLettered;
import java.time.Duration;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.eventtime.BoundedOutOfOrdernessWatermarks;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.eventtime.WatermarksWithIdleness;
import org.apache.flink.types.Either;

/** Event times and watermarks of values; dead letters are invisible to both. */
final class ValueWatermarks<V> implements WatermarkStrategy<Either<DeadLettered, V>> {
  private static final long serialVersionUID = 1L;

  private final TopicForm<V> form;
  private final long maxOutOfOrdernessMillis;
  private final long idleTimeoutMillis;

  /**
   * Watermarks that stay {@code maxOutOfOrdernessMillis} behind the latest event time.
   *
   * @param form what a record becomes
   * @param idleTimeoutMillis 0 for none
   */
  ValueWatermarks(TopicForm<V> form, long maxOutOfOrdernessMillis, long idleTimeoutMillis) {
    this.form = form;
    this.maxOutOfOrdernessMillis = maxOutOfOrdernessMillis;
    this.idleTimeoutMillis = idleTimeoutMillis;
  }

  @Override
  public TimestampAssigner<Either<DeadLettered, V>> createTimestampAssigner(
      TimestampAssignerSupplier.Context context) {
    ToLongFunction<V> eventTime = form.eventTime();
    return (decoded, recordTimestamp) ->
        decoded.isRight() ? eventTime.applyAsLong(decoded.right()) : recordTimestamp;
  }

  @Override
  public WatermarkGenerator<Either<DeadLettered, V>> createWatermarkGenerator(
      WatermarkGeneratorSupplier.Context context) {
    WatermarkGenerator<Either<DeadLettered, V>> bounded =
        new BoundedOutOfOrdernessWatermarks<>(Duration.ofMillis(maxOutOfOrdernessMillis));
    return new ValuesOnly<>(
        idleTimeoutMillis == 0
            ? bounded
            : new WatermarksWithIdleness<>(
                bounded, Duration.ofMillis(idleTimeoutMillis), context.getInputActivityClock()));
  }

  /** Keeps dead letters from a generator. */
  private record ValuesOnly<V>(WatermarkGenerator<Either<DeadLettered, V>> values)
      implements WatermarkGenerator<Either<DeadLettered, V>> {
    @Override
    public void onEvent(
        Either<DeadLettered, V> decoded, long eventTimestamp, WatermarkOutput output) {
      if (decoded.isRight()) {
        values.onEvent(decoded, eventTimestamp, output);
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      values.onPeriodicEmit(output);
    }
  }
}
