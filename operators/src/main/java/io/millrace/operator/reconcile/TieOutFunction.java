package io.millrace.operator.reconcile;

import io.millrace.operator.state.SavedState;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Sums up a day of two ledgers by a rule, in a currency, and publishes it whenever it has changed,
 * once a period; at the end of a bounded input what has changed is published once more. Keyed by
 * rule, day, ledgers and currency.
 *
 * <p><b>State</b>: {@link TieOut}, for three times the longest window and the retention after the
 * day. <b>Timers</b>: up to three of event time, and one of the clock. <b>Order</b>: not sensitive.
 */
final class TieOutFunction extends KeyedProcessFunction<String, Posting, TieOut> {
  /** The sums as they are now, at most once a second. */
  static final OutputTag<TieOut> LATEST =
      new OutputTag<>("latest-sums", TypeInformation.of(TieOut.class));

  private static final long serialVersionUID = 1L;

  /** Those who watch are told of changes so often, in milliseconds of the clock. */
  private static final long WATCH_MILLIS = 1_000;

  private static final ValueStateDescriptor<Sums> SUMS =
      new ValueStateDescriptor<>("sums", TypeInformation.of(Sums.class));
  private static final long DAY_MILLIS = 24L * 3_600_000;
  private static final int DAYS_KEPT = 3 * 366;

  private final ReconcileSpec spec;
  private final String uid;

  private transient ValueState<Sums> sums;

  /**
   * What is kept.
   *
   * @param now the sums
   * @param isDue whether they have changed since they were published
   * @param isWatched whether they have changed since those who watch were told
   */
  public record Sums(TieOut now, boolean isDue, boolean isWatched) {}

  TieOutFunction(ReconcileSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  static String key(Posting posting) {
    return String.join(
        "\u0000",
        posting.ruleId(),
        String.valueOf(posting.day()),
        posting.left(),
        posting.right(),
        posting.currency());
  }

  @Override
  public void open(OpenContext context) throws Exception {
    sums = SavedState.open(uid, SUMS.getName(), () -> getRuntimeContext().getState(SUMS));
  }

  @Override
  public void processElement(Posting posting, Context context, Collector<TieOut> out)
      throws Exception {
    Sums before = sums.value();
    TimerService timers = context.timerService();
    if (before == null) {
      timers.registerEventTimeTimer(expiry(posting.day()));
    }
    if (before == null || !before.isDue()) {
      // Before the first watermark, time is that of what comes.
      timers.registerEventTimeTimer(
          dueAt(Math.max(timers.currentWatermark(), context.timestamp())));
    }
    if (before == null || !before.isWatched()) {
      timers.registerProcessingTimeTimer(timers.currentProcessingTime() + WATCH_MILLIS);
    }
    TieOut now = before == null ? TieOut.none(posting) : before.now();
    sums.update(new Sums(now.plus(posting), true, true));
  }

  /** When changes are published next. */
  private long dueAt(long now) {
    long period = spec.tieOutMillis();
    boolean never = now > Long.MAX_VALUE - period;
    return never ? Long.MAX_VALUE : now - Math.floorMod(now, period) + period;
  }

  private long expiry(long day) {
    return (day + DAYS_KEPT) * DAY_MILLIS + spec.retentionMillis();
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<TieOut> out) throws Exception {
    Sums due = sums.value();
    if (due == null) {
      return;
    }
    boolean ends = context.timerService().currentWatermark() == Long.MAX_VALUE;
    boolean isWatching = context.timeDomain() == TimeDomain.PROCESSING_TIME;
    if (due.isWatched() && (isWatching || ends)) {
      context.output(LATEST, due.now());
      due = new Sums(due.now(), due.isDue(), false);
      sums.update(due);
    }
    if (isWatching) {
      return;
    }
    if (due.isDue()) {
      out.collect(due.now());
      sums.update(new Sums(due.now().published(), false, due.isWatched()));
    }
    if (ends || time >= expiry(due.now().day())) {
      sums.clear();
    }
  }
}
