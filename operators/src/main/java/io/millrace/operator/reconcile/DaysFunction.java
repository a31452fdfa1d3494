package io.millrace.operator.reconcile;

import io.millrace.operator.state.SavedState;
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
 * Keeps the latest days of two ledgers together, for those who watch. Keyed by rule and ledgers.
 *
 * <p><b>State</b>: one value a rule, of up to {@value #MOST_DAYS} days and currencies; there are
 * few rules, and they stay until the end of the input. <b>Timers</b>: one of event time.
 */
final class DaysFunction extends KeyedProcessFunction<String, TieOut, PairDays> {
  private static final long serialVersionUID = 1L;
  private static final int MOST_DAYS = 62;
  private static final ValueStateDescriptor<PairDays> DAYS =
      new ValueStateDescriptor<>("days", TypeInformation.of(PairDays.class));
  private static final Comparator<TieOut> ORDER =
      Comparator.comparingLong(TieOut::day).reversed().thenComparing(TieOut::currency);

  private final String uid;

  private transient ValueState<PairDays> days;

  DaysFunction(String uid) {
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    days = SavedState.open(uid, DAYS.getName(), () -> getRuntimeContext().getState(DAYS));
  }

  @Override
  public void processElement(TieOut day, Context context, Collector<PairDays> out)
      throws Exception {
    PairDays before = days.value();
    if (before == null) {
      context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
    }
    List<TieOut> all = new ArrayList<>(before == null ? List.of() : before.days());
    all.removeIf(each -> each.day() == day.day() && each.currency().equals(day.currency()));
    all.add(day);
    all.sort(ORDER);
    PairDays now =
        new PairDays(
            day.ruleId(),
            day.left(),
            day.right(),
            List.copyOf(all.subList(0, Math.min(MOST_DAYS, all.size()))));
    days.update(now);
    out.collect(now);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<PairDays> out) {
    days.clear();
  }
}
