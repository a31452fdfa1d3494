package io.millrace.operator.logs;

import io.millrace.operator.live.ViewContents;
import java.util.ArrayList;
import java.util.Comparator;
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
 * Keeps the latest rows of views, keyed by {@link BoardRow#view}, and gives them up to four times a
 * second where they change. A row whose time is an hour behind the latest leaves.
 *
 * <p><b>State</b>: the rows, of which the latest {@link #MOST_ROWS} are kept. <b>Timers</b>: one of
 * the clock while rows change, or one at the end of input.
 */
final class BoardFunction extends KeyedProcessFunction<String, BoardRow, ViewContents> {
  static final int MOST_ROWS = 1_000;

  private static final long serialVersionUID = 1L;
  private static final long SHOWN_MILLIS = 3_600_000;
  private static final long CHANGE_MILLIS = 250;
  private static final long END_OF_INPUT = Long.MAX_VALUE;
  private static final MapStateDescriptor<String, BoardRow> ROWS =
      new MapStateDescriptor<>("rows", Types.STRING, TypeInformation.of(BoardRow.class));
  private static final ValueStateDescriptor<Boolean> CHANGED =
      new ValueStateDescriptor<>("changed", Types.BOOLEAN);

  private final boolean byClock;

  private transient MapState<String, BoardRow> rows;
  private transient ValueState<Boolean> changed;

  BoardFunction(boolean byClock) {
    this.byClock = byClock;
  }

  @Override
  public void open(OpenContext context) {
    rows = getRuntimeContext().getMapState(ROWS);
    changed = getRuntimeContext().getState(CHANGED);
  }

  @Override
  public void processElement(BoardRow row, Context context, Collector<ViewContents> out)
      throws Exception {
    BoardRow before = rows.get(row.id());
    if (before != null && before.at() > row.at()) {
      return;
    }
    rows.put(row.id(), row);
    if (changed.value() == null) {
      changed.update(true);
      if (byClock) {
        context
            .timerService()
            .registerProcessingTimeTimer(
                context.timerService().currentProcessingTime() + CHANGE_MILLIS);
      } else {
        context.timerService().registerEventTimeTimer(END_OF_INPUT);
      }
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<ViewContents> out)
      throws Exception {
    changed.clear();
    List<BoardRow> all = new ArrayList<>();
    rows.values().forEach(all::add);
    all.sort(Comparator.comparingLong(BoardRow::at).reversed().thenComparing(BoardRow::id));
    long latest = all.get(0).at();
    List<ViewContents.Row> shown = new ArrayList<>();
    for (BoardRow row : all) {
      boolean isGone = row.data() == null || row.at() < latest - SHOWN_MILLIS;
      if (isGone || shown.size() == MOST_ROWS) {
        rows.remove(row.id());
      } else {
        shown.add(new ViewContents.Row(row.id(), String.valueOf(row.data())));
      }
    }
    out.collect(new ViewContents(context.getCurrentKey(), latest, shown));
    if (!byClock) {
      rows.clear();
    }
  }
}
