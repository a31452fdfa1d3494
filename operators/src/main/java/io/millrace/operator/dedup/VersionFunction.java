package io.millrace.operator.dedup;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Passes a version of an item, keyed by its id, unless it or a greater one has passed.
 *
 * <p><b>State</b>: the greatest version of each item and the digest of what it says, about 100
 * bytes, until the watermark is {@code keptMillis} beyond its event time. <b>Timers</b>: one an
 * item.
 */
final class VersionFunction<T> extends KeyedProcessFunction<String, T, T> {
  static final long MOST_MILLIS = 1L << 60;

  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<KeptVersion> KEPT =
      new ValueStateDescriptor<>("kept-version", TypeInformation.of(KeptVersion.class));

  private final Versions<T> versions;
  private final long keptMillis;
  private final OutputTag<T> conflicting;

  private transient ValueState<KeptVersion> kept;
  private transient Counter repetitions;
  private transient Counter superseded;
  private transient Counter conflicts;

  VersionFunction(Versions<T> versions, long keptMillis, OutputTag<T> conflicting) {
    if (keptMillis < 1 || keptMillis > MOST_MILLIS) {
      throw new IllegalArgumentException(
          "versions must be kept for 1 ms to 2^60 ms, but the time is " + keptMillis);
    }
    this.versions = versions;
    this.keptMillis = keptMillis;
    this.conflicting = conflicting;
  }

  @Override
  public void open(OpenContext context) {
    kept = getRuntimeContext().getState(KEPT);
    repetitions = getRuntimeContext().getMetricGroup().counter("numRepetitions");
    superseded = getRuntimeContext().getMetricGroup().counter("numSuperseded");
    conflicts = getRuntimeContext().getMetricGroup().counter("numConflicts");
  }

  @Override
  public void processElement(T item, Context context, Collector<T> out) throws Exception {
    KeptVersion last = kept.value();
    long number = versions.number(item);
    if (last == null || number > last.version()) {
      keep(last, item, context);
      out.collect(item);
    } else if (number < last.version()) {
      superseded.inc();
    } else if (versions.digest(item).equals(last.digest())) {
      repetitions.inc();
    } else {
      conflicts.inc();
      context.output(conflicting, item);
    }
  }

  private void keep(@Nullable KeptVersion last, T item, Context context) throws Exception {
    long at = context.timestamp();
    if (last != null) {
      at = Math.max(at, last.at());
      context.timerService().deleteEventTimeTimer(last.at() + keptMillis);
    }
    kept.update(new KeptVersion(versions.number(item), versions.digest(item), at));
    context.timerService().registerEventTimeTimer(at + keptMillis);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<T> out) {
    kept.clear();
  }
}
