package io.millrace.operator.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A job whose tasks fail and come back counts as if they had not. */
@SuppressWarnings("try") // An iterator of results declares that close may be interrupted.
class WriteBackFailureITCase {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final int RECORDS = 300_000;
  private static final int KEYS = 20_000;
  private static final int FAILURES = 3;

  /** Room for a few hundred keys. */
  private static final WriteBackSpec SMALL =
      new WriteBackSpec(64 << 10, 8 << 10, 50, WriteBackSpec.Timers.FLINK);

  @ParameterizedTest
  @EnumSource
  void counts_acrossFailures_areThoseOfEveryRecordOnce(WriteBackOperatorTest.Beneath backend)
      throws Exception {
    Failing.FAILED.set(0);
    Configuration flink = new Configuration();
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, FAILURES);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
    flink.set(StateBackendOptions.STATE_BACKEND, backend.name().toLowerCase(Locale.ROOT));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(2);
    env.enableCheckpointing(20);
    var counts =
        WriteBack.process(
                env.fromSource(
                        new NumberSequenceSource(0, RECORDS - 1),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                    .keyBy(WriteBackFailureITCase::keyOf, Types.LONG),
                new RunningCount(),
                Types.TUPLE(Types.LONG, Types.LONG),
                SMALL,
                "counts")
            .map(new Failing())
            .returns(Types.TUPLE(Types.LONG, Types.LONG));

    Map<Long, Long> last = new HashMap<>();
    try (var all = counts.executeAndCollect()) {
      all.forEachRemaining(
          each ->
              // Those of one key come in their order, and none twice.
              assertThat(each.f1).isEqualTo(last.merge(each.f0, 1L, Long::sum)));
    }

    assertThat(Failing.FAILED).hasValue(FAILURES);
    Map<Long, Long> expected = new HashMap<>();
    for (long number = 0; number < RECORDS; number++) {
      expected.merge(keyOf(number), 1L, Long::sum);
    }
    assertThat(last).isEqualTo(expected);
  }

  /** Few keys come often, and many seldom. */
  private static long keyOf(long number) {
    long mixed = (number * 0x9E3779B97F4A7C15L) >>> 40;
    return mixed % 3 == 0 ? mixed % KEYS : mixed % 100;
  }

  private static final class RunningCount
      extends KeyedProcessFunction<Long, Long, Tuple2<Long, Long>> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Tuple2<Long, Long>> out)
        throws Exception {
      Long before = count.value();
      long now = before == null ? 1 : before + 1;
      count.update(now);
      out.collect(Tuple2.of(context.getCurrentKey(), now));
    }
  }

  /** Fails some records after a checkpoint, so that these have to be counted again. */
  private static final class Failing extends RichMapFunction<Tuple2<Long, Long>, Tuple2<Long, Long>>
      implements CheckpointListener {
    private static final long serialVersionUID = 1L;
    private static final AtomicInteger FAILED = new AtomicInteger();
    private static final int RECORDS_LOST = 500;

    private transient boolean isCheckpointed;
    private transient int since;

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      isCheckpointed = true;
    }

    @Override
    public Tuple2<Long, Long> map(Tuple2<Long, Long> count) {
      if (isCheckpointed
          && ++since > RECORDS_LOST
          && FAILED.getAndUpdate(failed -> Math.min(FAILURES, failed + 1)) < FAILURES) {
        throw new IllegalStateException("this failure is part of the test");
      }
      return count;
    }
  }
}
