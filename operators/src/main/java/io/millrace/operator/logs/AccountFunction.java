package io.millrace.operator.logs;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the accounts of streams whose lines are read in two places, keyed by {@link
 * StreamCounts#stream}. The first input has what was counted since the last time, the second one
 * what was counted in all.
 *
 * <p><b>State</b>: both sums of each stream, for good. <b>Timers</b>: one a stream at the end of
 * input.
 */
final class AccountFunction
    extends KeyedCoProcessFunction<String, StreamCounts, StreamCounts, StreamCounts> {
  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<LineCounts> ADDED =
      new ValueStateDescriptor<>("added", TypeInformation.of(LineCounts.class));
  private static final ValueStateDescriptor<LineCounts> WHOLE =
      new ValueStateDescriptor<>("whole", TypeInformation.of(LineCounts.class));

  private final boolean byClock;

  private transient ValueState<LineCounts> added;
  private transient ValueState<LineCounts> whole;

  /**
   * So.
   *
   * @param byClock whether accounts are given as they change, else at the end of input
   */
  AccountFunction(boolean byClock) {
    this.byClock = byClock;
  }

  @Override
  public void open(OpenContext context) {
    added = getRuntimeContext().getState(ADDED);
    whole = getRuntimeContext().getState(WHOLE);
  }

  @Override
  public void processElement1(StreamCounts part, Context context, Collector<StreamCounts> out)
      throws Exception {
    added.update(sum(part.counts(), added.value()));
    tell(part, context, out);
  }

  @Override
  public void processElement2(StreamCounts all, Context context, Collector<StreamCounts> out)
      throws Exception {
    whole.update(all.counts());
    tell(all, context, out);
  }

  private void tell(StreamCounts of, Context context, Collector<StreamCounts> out)
      throws Exception {
    if (byClock) {
      out.collect(new StreamCounts(of.source(), of.topic(), of.partition(), both()));
    } else {
      context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<StreamCounts> out)
      throws Exception {
    String[] stream = context.getCurrentKey().split("\u0000", -1);
    out.collect(new StreamCounts(stream[2], stream[0], Integer.parseInt(stream[1]), both()));
    added.clear();
    whole.clear();
  }

  private LineCounts both() throws Exception {
    LineCounts one = added.value();
    LineCounts two = whole.value();
    return one == null ? two : sum(one, two);
  }

  private static LineCounts sum(LineCounts one, @Nullable LineCounts two) {
    if (two == null) {
      return one;
    }
    return new LineCounts(
        Math.max(one.lastOffset(), two.lastOffset()),
        one.lastOffset() > two.lastOffset() ? one.lastAt() : two.lastAt(),
        one.in() + two.in(),
        one.indexed() + two.indexed(),
        one.duplicate() + two.duplicate(),
        one.collapsed() + two.collapsed(),
        one.filtered() + two.filtered(),
        one.joined() + two.joined(),
        one.deadLetters() + two.deadLetters(),
        one.waiting() + two.waiting());
  }
}
