package io.millrace.operator.reconcile;

import io.millrace.operator.state.SavedState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Counts the breaks of a rule by their ages. Keyed by rule.
 *
 * <p><b>State</b>: one value a rule, until the end of the input. <b>Timers</b>: one of event time.
 */
final class AgesFunction extends KeyedProcessFunction<String, Aged, AgedBreaks> {
  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<AgedBreaks> AGES =
      new ValueStateDescriptor<>("ages", TypeInformation.of(AgedBreaks.class));

  private final String uid;

  private transient ValueState<AgedBreaks> ages;

  AgesFunction(String uid) {
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    ages = SavedState.open(uid, AGES.getName(), () -> getRuntimeContext().getState(AGES));
  }

  @Override
  public void processElement(Aged aged, Context context, Collector<AgedBreaks> out)
      throws Exception {
    AgedBreaks before = ages.value();
    if (before == null) {
      context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
    }
    List<Long> counts =
        new ArrayList<>(before == null ? Collections.nCopies(Age.ALL.size(), 0L) : before.counts());
    add(counts, aged.from(), -1);
    add(counts, aged.to(), 1);
    PairBreak broken = aged.broken();
    long at = before == null ? aged.at() : Math.max(before.at(), aged.at());
    AgedBreaks now = new AgedBreaks(broken.ruleId(), broken.left(), broken.right(), counts, at);
    ages.update(now);
    out.collect(now);
  }

  private static void add(List<Long> counts, @Nullable Age age, long count) {
    if (age != null) {
      counts.set(age.index(), counts.get(age.index()) + count);
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<AgedBreaks> out) {
    ages.clear();
  }
}
