package io.millrace.operator.ratelimit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Finds the keys of each dimension of which the most requests were refused, and publishes them when
 * a window has ended; once more, empty, when the next one ends in which none was refused.
 *
 * <p><b>State</b>: for each dimension at most {@link #MOST_KEYS} keys of the last window, cleared
 * after the first without refusals. <b>Timers</b>: one for each dimension, in event time.
 */
public final class MostLimitedFunction extends KeyedProcessFunction<String, KeyUsage, MostLimited> {
  /** As many keys are published. */
  public static final int MOST_KEYS = 20;

  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<MostLimited> FOUND =
      new ValueStateDescriptor<>("most-limited", TypeInformation.of(MostLimited.class));
  private static final Comparator<KeyUsage> ORDER =
      Comparator.comparingLong(KeyUsage::refused).reversed().thenComparing(KeyUsage::key);

  private transient ValueState<MostLimited> found;

  @Override
  public void open(OpenContext context) {
    found = getRuntimeContext().getState(FOUND);
  }

  @Override
  public void processElement(KeyUsage use, Context context, Collector<MostLimited> out)
      throws Exception {
    if (use.refused() == 0) {
      return;
    }
    MostLimited before = found.value();
    if (before != null && before.windowEnd() > use.windowEnd()) {
      return;
    }
    List<KeyUsage> keys = new ArrayList<>();
    if (before != null && before.windowEnd() == use.windowEnd()) {
      keys.addAll(before.keys());
    }
    keys.add(use);
    keys.sort(ORDER);
    if (keys.size() > MOST_KEYS) {
      keys.remove(MOST_KEYS);
    }
    found.update(new MostLimited(use.dimension(), use.windowEnd(), keys));
    context.timerService().registerEventTimeTimer(use.windowEnd() - 1);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<MostLimited> out)
      throws Exception {
    MostLimited last = found.value();
    if (last == null) {
      return;
    }
    if (last.windowEnd() - 1 == time) {
      out.collect(last);
      KeyUsage first = last.keys().get(0);
      context.timerService().registerEventTimeTimer(time + first.windowEnd() - first.windowStart());
    } else if (last.windowEnd() - 1 < time) {
      out.collect(new MostLimited(context.getCurrentKey(), time + 1, List.of()));
      found.clear();
    }
  }
}
