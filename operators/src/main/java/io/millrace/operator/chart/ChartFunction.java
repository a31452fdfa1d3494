package io.millrace.operator.chart;

import io.millrace.operator.state.SavedState;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
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
  private static final MapStateDescriptor<Long, Ends> DUE =
      new MapStateDescriptor<>("due", Types.LONG, TypeInformation.of(Ends.class));
  private static final ValueStateDescriptor<Ends> PUBLISHED =
      new ValueStateDescriptor<>("published", TypeInformation.of(Ends.class));

  private final ChartSpec spec;
  private final String uid;

  private transient PanedWindows windows;
  private transient MapState<Long, OpenChart> charts;

  /** Which charts are published at a watermark. */
  private transient MapState<Long, Ends> due;

  /** The charts that were published and are open, and the latest that has closed. */
  private transient ValueState<Ends> published;

  /**
   * Charts by the ends of their windows.
   *
   * @param ends in their order, each once
   */
  public record Ends(List<Long> ends) {
    private static final Ends NONE = new Ends(List.of());

    private static Ends of(@Nullable Ends known) {
      return known == null ? NONE : known;
    }

    private Ends with(long end) {
      return new Ends(Stream.concat(ends.stream(), Stream.of(end)).distinct().sorted().toList());
    }

    /** The last one before another; null where there is none. */
    private @Nullable Long before(long end) {
      Long last = null;
      for (long each : ends) {
        last = each < end ? (Long) each : last;
      }
      return last;
    }
  }

  /**
   * The chart of a window.
   *
   * @param parts of the tasks
   * @param revisions how often it was published
   * @param songs as it was published last, the first first
   */
  public record OpenChart(List<ChartPart> parts, long revisions, List<ChartSong> songs) {
    static final OpenChart NEW = new OpenChart(List.of(), 0, List.of());

    /** The chart with a part that takes the place of earlier ones of the same songs. */
    OpenChart with(ChartPart part) {
      List<ChartPart> all = new ArrayList<>();
      for (ChartPart each : parts) {
        if (!each.overlaps(part)) {
          all.add(each);
        }
      }
      all.add(part);
      return new OpenChart(all, revisions, songs);
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
    due = SavedState.open(uid, DUE.getName(), () -> getRuntimeContext().getMapState(DUE));
    published =
        SavedState.open(uid, PUBLISHED.getName(), () -> getRuntimeContext().getState(PUBLISHED));
  }

  @Override
  public void processElement(ChartPart part, Context context, Collector<ChartRanking> out)
      throws Exception {
    @Nullable OpenChart there = charts.get(part.windowEnd());
    charts.put(part.windowEnd(), (there == null ? OpenChart.NEW : there).with(part));
    due.put(part.asOf(), Ends.of(due.get(part.asOf())).with(part.windowEnd()));
    context.timerService().registerEventTimeTimer(part.asOf());
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<ChartRanking> out)
      throws Exception {
    Ends known = Ends.of(published.value());
    for (long windowEnd : Ends.of(due.get(time)).ends()) {
      Long before = known.before(windowEnd);
      OpenChart chart = charts.get(windowEnd);
      List<ChartSong> songs = chart.first(spec.k());
      if (chart.revisions() == 0 || !songs.equals(chart.songs())) {
        out.collect(
            new ChartRanking(
                context.getCurrentKey().chart(),
                context.getCurrentKey().region(),
                windows.windowStart(windowEnd),
                windowEnd,
                chart.revisions(),
                songs,
                previousRanks(songs, before == null ? null : charts.get(before))));
        charts.put(windowEnd, new OpenChart(chart.parts(), chart.revisions() + 1, songs));
      }
      known = known.with(windowEnd);
    }
    due.remove(time);
    published.update(withoutClosed(known, time));
  }

  private static List<Integer> previousRanks(List<ChartSong> songs, @Nullable OpenChart before) {
    Map<String, Integer> ranks = new HashMap<>();
    if (before != null) {
      before.songs().forEach(song -> ranks.put(song.songId(), ranks.size() + 1));
    }
    return songs.stream().map(song -> ranks.getOrDefault(song.songId(), 0)).toList();
  }

  /** Removes the charts of closed windows but for the last. */
  private Ends withoutClosed(Ends known, long time) throws Exception {
    List<Long> kept = new ArrayList<>();
    for (int i = 0; i < known.ends().size(); i++) {
      boolean isLastClosed =
          i == known.ends().size() - 1 || windows.closeTime(known.ends().get(i + 1)) > time;
      if (windows.closeTime(known.ends().get(i)) > time || isLastClosed) {
        kept.add(known.ends().get(i));
      } else {
        charts.remove(known.ends().get(i));
      }
    }
    return new Ends(kept);
  }
}
