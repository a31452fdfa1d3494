package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.window.PanedWindows;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Compares each ranking of a dimension with the one before it.
 *
 * <p>Rankings come from several tasks, in any order. Each waits here for the watermark at which its
 * window closes: by then every earlier one has come, since it was sent before that watermark.
 *
 * <p><b>State</b>: for each dimension the names of the last k items, which stay, since the next
 * ranking may come at any time; and the rankings that wait for the watermark, each cleared when it
 * is compared. <b>Timers</b>: one for each ranking that waits. <b>Order</b>: not sensitive.
 */
final class RankChangeFunction extends KeyedProcessFunction<String, Ranking, RankedChanges> {
  private static final long serialVersionUID = 1L;
  private static final MapStateDescriptor<Long, Ranking> WAITING =
      new MapStateDescriptor<>("waiting-rankings", Types.LONG, TypeInformation.of(Ranking.class));
  private static final ValueStateDescriptor<RankedItems> PREVIOUS =
      new ValueStateDescriptor<>("previous-ranking", TypeInformation.of(RankedItems.class));

  private final PanedWindows windows;
  private final String uid;

  private transient MapState<Long, Ranking> waiting;
  private transient ValueState<RankedItems> previous;

  /**
   * The ranking that the next one is compared with.
   *
   * @param items its items, heaviest first
   */
  public record RankedItems(List<String> items) {}

  RankChangeFunction(PanedWindows windows, String uid) {
    this.windows = windows;
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    waiting =
        SavedState.open(uid, WAITING.getName(), () -> getRuntimeContext().getMapState(WAITING));
    previous =
        SavedState.open(uid, PREVIOUS.getName(), () -> getRuntimeContext().getState(PREVIOUS));
  }

  @Override
  public void processElement(Ranking ranking, Context context, Collector<RankedChanges> out)
      throws Exception {
    long closeTime = windows.closeTime(ranking.windowEnd());
    waiting.put(closeTime, ranking);
    context.timerService().registerEventTimeTimer(closeTime);
  }

  @Override
  public void onTimer(long closeTime, OnTimerContext context, Collector<RankedChanges> out)
      throws Exception {
    Ranking ranking = waiting.get(closeTime);
    waiting.remove(closeTime);
    RankedItems before = previous.value();
    out.collect(RankedChanges.since(before == null ? List.of() : before.items(), ranking));
    previous.update(new RankedItems(ranking.items().stream().map(ItemEstimate::item).toList()));
  }
}
