package io.millrace.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.web.RequestServed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.types.Either;
import org.apache.flink.util.InstantiationUtil;
import org.apache.flink.util.clock.ManualClock;
import org.apache.flink.util.clock.RelativeClock;
import org.junit.jupiter.api.Test;

class ValueWatermarksTest {
  private static final long OUT_OF_ORDERNESS = 5_000;
  private static final long IDLE = 10_000;

  private final ManualClock clock = new ManualClock(1_000_000_000L);
  private final Output output = new Output();

  @Test
  void onPeriodicEmit_values_staysBehindTheLatest() {
    WatermarkGenerator<Either<DeadLettered, RequestServed>> watermarks = generator(IDLE);

    watermarks.onEvent(value(20_000), 20_000, output);
    watermarks.onEvent(value(18_000), 18_000, output);
    watermarks.onPeriodicEmit(output);

    assertThat(output.last()).isEqualTo(20_000 - OUT_OF_ORDERNESS - 1);
  }

  @Test
  void onEvent_deadLetterOfTheFuture_doesNotMoveTheWatermark() {
    WatermarkGenerator<Either<DeadLettered, RequestServed>> watermarks = generator(IDLE);

    watermarks.onEvent(value(20_000), 20_000, output);
    watermarks.onEvent(deadLetter(), 253402300799000L, output);
    watermarks.onPeriodicEmit(output);

    assertThat(output.last()).isEqualTo(20_000 - OUT_OF_ORDERNESS - 1);
  }

  @Test
  void onPeriodicEmit_nothingButDeadLetters_goesIdleOnceTheTimeoutHasPassed() {
    WatermarkGenerator<Either<DeadLettered, RequestServed>> watermarks = generator(IDLE);

    watermarks.onPeriodicEmit(output);
    for (int i = 0; i < 10; i++) {
      assertThat(output.idle).isFalse();
      advance(IDLE / 10);
      watermarks.onEvent(deadLetter(), 1, output);
      watermarks.onPeriodicEmit(output);
    }
    advance(1);
    watermarks.onPeriodicEmit(output);

    assertThat(output.idle).isTrue();
  }

  @Test
  void onEvent_valueAfterIdleness_isActiveAgain() {
    WatermarkGenerator<Either<DeadLettered, RequestServed>> watermarks = generator(IDLE);
    watermarks.onPeriodicEmit(output);
    advance(IDLE + 1);
    watermarks.onPeriodicEmit(output);
    assertThat(output.idle).isTrue();

    watermarks.onEvent(value(20_000), 20_000, output);
    watermarks.onPeriodicEmit(output);

    assertThat(output.idle).isFalse();
    assertThat(output.last()).isEqualTo(20_000 - OUT_OF_ORDERNESS - 1);
  }

  @Test
  void onPeriodicEmit_noTimeout_neverGoesIdle() {
    WatermarkGenerator<Either<DeadLettered, RequestServed>> watermarks = generator(0);

    watermarks.onPeriodicEmit(output);
    advance(1000 * IDLE);
    watermarks.onPeriodicEmit(output);

    assertThat(output.idle).isFalse();
  }

  @Test
  void extractTimestamp_value_isItsEventTime() throws Exception {
    var assigner =
        InstantiationUtil.clone(strategy(IDLE))
            .createTimestampAssigner((TimestampAssignerSupplier.Context) () -> metrics());

    assertThat(assigner.extractTimestamp(value(77), 5)).isEqualTo(77);
    assertThat(assigner.extractTimestamp(deadLetter(), 5)).isEqualTo(5);
  }

  @Test
  void extractTimestamp_someFields_isTheRecordsEventTime() {
    var assigner =
        new ValueWatermarks<>(
                new TopicForm.SomeFields(RequestServed.class, List.of()), OUT_OF_ORDERNESS, IDLE)
            .createTimestampAssigner((TimestampAssignerSupplier.Context) () -> metrics());

    Projected projected = new Projected(77, new byte[0], new byte[0], new int[0]);
    assertThat(assigner.extractTimestamp(Either.Right(projected), 5)).isEqualTo(77);
  }

  private WatermarkGenerator<Either<DeadLettered, RequestServed>> generator(long idleMillis) {
    return strategy(idleMillis)
        .createWatermarkGenerator(
            new WatermarkGeneratorSupplier.Context() {
              @Override
              public MetricGroup getMetricGroup() {
                return metrics();
              }

              @Override
              public RelativeClock getInputActivityClock() {
                return clock;
              }
            });
  }

  private static ValueWatermarks<RequestServed> strategy(long idleMillis) {
    return new ValueWatermarks<>(
        new TopicForm.AllFields<>(RequestServed.class), OUT_OF_ORDERNESS, idleMillis);
  }

  private static MetricGroup metrics() {
    return new UnregisteredMetricsGroup();
  }

  private void advance(long millis) {
    clock.advanceTime(Duration.ofMillis(millis));
  }

  private static Either<DeadLettered, RequestServed> value(long at) {
    return Either.Right(new RequestServed(at, "c", "/", null, null, null, null, null, null));
  }

  private static Either<DeadLettered, RequestServed> deadLetter() {
    return Either.Left(
        DeadLetters.of(
            "job",
            Stage.TIME,
            Rejection.TOO_FAR_AHEAD,
            "",
            DeadLetters.Origin.result("topic", 0),
            null,
            null));
  }

  /** Remembers what a generator said. */
  private static final class Output implements WatermarkOutput {
    private final List<Long> watermarks = new ArrayList<>();
    private boolean idle;

    @Override
    public void emitWatermark(Watermark watermark) {
      watermarks.add(watermark.getTimestamp());
      idle = false;
    }

    @Override
    public void markIdle() {
      idle = true;
    }

    @Override
    public void markActive() {
      idle = false;
    }

    long last() {
      return watermarks.get(watermarks.size() - 1);
    }
  }
}
