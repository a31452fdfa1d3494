package io.millrace.operator.ratelimit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Finds the keys of each dimension of which the most requests were refused, and publishes them when
 * a window has ended; once more, empty, when the next one ends in which none was refused. Uses of
 * several windows may come mixed, since a use is published as soon as its key is used in another
 * window.
 *
 * <p><b>State</b>: for each dimension at most {@link #MOST_KEYS} keys of the last window, cleared
 * after the first without refusals, and as many of each window that has not ended. <b>Timers</b>:
 * one for each of these windows, in event time.
 */
public final class MostLimitedFunction extends KeyedProcessFunction<String, KeyUsage, MostLimited> {
  /** As many keys are published. */
  public static final int MOST_KEYS = 20;

  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<MostLimited> PUBLISHED =
      new ValueStateDescriptor<>("most-limited", TypeInformation.of(MostLimited.class));
  private static final MapStateDescriptor<Long, MostLimited> WINDOWS =
      new MapStateDescriptor<>(
          "most-limited-windows",
          TypeInformation.of(Long.class),
          TypeInformation.of(MostLimited.class));
  private static final Comparator<KeyUsage> ORDER =
      Comparator.comparingLong(KeyUsage::refused).reversed().thenComparing(KeyUsage::key);

  private transient ValueState<MostLimited> published;
  private transient MapState<Long, MostLimited> windows;

  @Override
  public void open(OpenContext context) {
    published = getRuntimeContext().getState(PUBLISHED);
    windows = getRuntimeContext().getMapState(WINDOWS);
  }

  @Override
  public void processElement(KeyUsage use, Context context, Collector<MostLimited> out)
      throws Exception {
    MostLimited last = published.value();
    if (use.refused() == 0 || (last != null && last.windowEnd() > use.windowEnd())) {
      return;
    }
    MostLimited before = windows.get(use.windowEnd());
    if (before == null && last != null && last.windowEnd() == use.windowEnd()) {
      before = last;
    }
    List<KeyUsage> keys = before == null ? List.of() : before.keys();
    windows.put(
        use.windowEnd(), new MostLimited(use.dimension(), use.windowEnd(), added(keys, use)));
    context.timerService().registerEventTimeTimer(use.windowEnd() - 1);
  }

  private static List<KeyUsage> added(List<KeyUsage> before, KeyUsage use) {
    KeyUsage sum = use;
    List<KeyUsage> keys = new ArrayList<>();
    for (KeyUsage each : before) {
      if (each.key().equals(use.key())) {
        sum = each.plus(use);
      } else {
        keys.add(each);
      }
    }
    keys.add(sum);
    keys.sort(ORDER);
    if (keys.size() > MOST_KEYS) {
      keys.remove(MOST_KEYS);
    }
    return keys;
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<MostLimited> out)
      throws Exception {
    MostLimited last = published.value();
    MostLimited ended = windows.get(time + 1);
    if (ended == null && last != null && last.windowEnd() == time + 1) {
      // A version before this one kept the window that has not ended there.
      ended = last;
    }
    if (ended != null) {
      windows.remove(time + 1);
      published.update(ended);
      out.collect(ended);
      KeyUsage first = ended.keys().get(0);
      context.timerService().registerEventTimeTimer(time + first.windowEnd() - first.windowStart());
    } else if (last != null && last.windowEnd() <= time) {
      out.collect(new MostLimited(context.getCurrentKey(), time + 1, List.of()));
      published.clear();
    }
  }
}
