package io.millrace.operator.chart;

import io.millrace.operator.state.SavedState;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Puts the parts of a chart together, compares it with the one before, and publishes it, once more
 * with the next revision where parts that came later have changed it.
 *
 * <p><b>State</b>: k songs for each task and each window that is open, cleared when it closes; the
 * latest chart, which stays, since the next one may come at any time. <b>Timers</b>: one for each
 * chart and watermark at which it is published.
 */
final class ChartFunction extends KeyedProcessFunction<ChartPart.Key, ChartPart, ChartRanking> {
  private static final long serialVersionUID = 1L;
  private static final MapStateDescriptor<Long, OpenChart> CHARTS =
      new MapStateDescriptor<>("charts", Types.LONG, TypeInformation.of(OpenChart.class));

  private final ChartSpec spec;
  private final String uid;

  private transient PanedWindows windows;
  private transient MapState<Long, OpenChart> charts;

  /**
   * The chart of a window.
   *
   * @param parts of the tasks
   * @param dueAt the watermark at which it is published; {@link Long#MAX_VALUE} where nothing has
   *     changed
   * @param revisions how often it was published
   * @param songs as it was published last, the first first
   */
  public record OpenChart(
      List<ChartPart> parts, long dueAt, long revisions, List<ChartSong> songs) {
    static final OpenChart NEW = new OpenChart(List.of(), Long.MAX_VALUE, 0, List.of());

    /** The chart with a part that takes the place of earlier ones of the same songs. */
    OpenChart with(ChartPart part) {
      List<ChartPart> all = new ArrayList<>();
      for (ChartPart each : parts) {
        if (!each.overlaps(part)) {
          all.add(each);
        }
      }
      all.add(part);
      return new OpenChart(all, Math.min(dueAt, part.asOf()), revisions, songs);
    }

    private List<ChartSong> first(int k) {
      List<ChartSong> all = new ArrayList<>();
      parts.forEach(part -> all.addAll(part.songs()));
      all.sort(ChartSong.FIRST);
      return List.copyOf(all.subList(0, Math.min(k, all.size())));
    }
  }

  ChartFunction(ChartSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    windows = spec.windows();
    charts = SavedState.open(uid, CHARTS.getName(), () -> getRuntimeContext().getMapState(CHARTS));
  }

  @Override
  public void processElement(ChartPart part, Context context, Collector<ChartRanking> out)
      throws Exception {
    @Nullable OpenChart there = charts.get(part.windowEnd());
    charts.put(part.windowEnd(), (there == null ? OpenChart.NEW : there).with(part));
    context.timerService().registerEventTimeTimer(part.asOf());
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<ChartRanking> out)
      throws Exception {
    SortedMap<Long, OpenChart> all = new TreeMap<>();
    for (Map.Entry<Long, OpenChart> each : charts.entries()) {
      all.put(each.getKey(), each.getValue());
    }
    @Nullable OpenChart before = null;
    for (Map.Entry<Long, OpenChart> each : all.entrySet()) {
      OpenChart chart = each.getValue();
      if (chart.dueAt() <= time) {
        chart = publish(context.getCurrentKey(), each.getKey(), chart, before, out);
        charts.put(each.getKey(), chart);
      }
      if (chart.revisions() > 0) {
        before = chart;
      }
    }
    removeClosed(all, time);
  }

  private OpenChart publish(
      ChartPart.Key key,
      long windowEnd,
      OpenChart chart,
      @Nullable OpenChart before,
      Collector<ChartRanking> out) {
    List<ChartSong> songs = chart.first(spec.k());
    if (chart.revisions() > 0 && songs.equals(chart.songs())) {
      return new OpenChart(chart.parts(), Long.MAX_VALUE, chart.revisions(), songs);
    }
    out.collect(
        new ChartRanking(
            key.chart(),
            key.region(),
            windows.windowStart(windowEnd),
            windowEnd,
            chart.revisions(),
            songs,
            previousRanks(songs, before)));
    return new OpenChart(chart.parts(), Long.MAX_VALUE, chart.revisions() + 1, songs);
  }

  private static List<Integer> previousRanks(List<ChartSong> songs, @Nullable OpenChart before) {
    Map<String, Integer> ranks = new HashMap<>();
    if (before != null) {
      before.songs().forEach(song -> ranks.put(song.songId(), ranks.size() + 1));
    }
    return songs.stream().map(song -> ranks.getOrDefault(song.songId(), 0)).toList();
  }

  /** Removes the charts of closed windows but for the last. */
  private void removeClosed(SortedMap<Long, OpenChart> all, long time) throws Exception {
    long last = Long.MIN_VALUE;
    for (Map.Entry<Long, OpenChart> each : all.entrySet()) {
      if (windows.closeTime(each.getKey()) <= time) {
        last = each.getKey();
      }
    }
    for (Map.Entry<Long, OpenChart> each : all.headMap(last).entrySet()) {
      if (each.getValue().dueAt() == Long.MAX_VALUE) {
        charts.remove(each.getKey());
      }
    }
  }
}
