package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.sketch.ItemSlice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Passes events on unchanged, and marks those whose item is in the latest ranking of its dimension:
 * each is in a side output too, once for each such dimension, with the item's rank and weight.
 *
 * <p>Which ranking is the latest when an event comes depends on how fast both streams are, so marks
 * are hints for enrichment and differ between runs; of two rankings of a dimension the one with the
 * later window counts, in whatever order they come. Before the first one nothing is marked. The
 * watermark that goes on is the lesser of those of events and rankings.
 *
 * <p><b>State</b>: in each task the latest ranking of each dimension, at most k items, which the
 * next one replaces. <b>Timers</b>: none. <b>Time</b>: a string and a lookup for each event and
 * dimension. <b>Replay</b>: events are passed on exactly once under Flink's checkpoints.
 */
public final class HeavyItemMarker<T> extends BroadcastProcessFunction<T, Ranking, T> {
  private static final long serialVersionUID = 1L;

  static final MapStateDescriptor<String, Ranking> LATEST =
      new MapStateDescriptor<>("latest-rankings", Types.STRING, TypeInformation.of(Ranking.class));

  private final List<Dimension<T>> dimensions;
  private final OutputTag<Tuple2<T, HeavyItem>> heavy;

  private transient ItemSlice item;
  private transient @Nullable Map<String, Map<String, HeavyItem>> byItem;

  /**
   * The streams that come out.
   *
   * @param events every event, unchanged
   * @param heavy events with a heavy item, each with that item
   */
  public record Marked<T>(
      SingleOutputStreamOperator<T> events, DataStream<Tuple2<T, HeavyItem>> heavy) {}

  HeavyItemMarker(List<Dimension<T>> dimensions, OutputTag<Tuple2<T, HeavyItem>> heavy) {
    this.dimensions = List.copyOf(dimensions);
    this.heavy = heavy;
  }

  /**
   * Adds the operator.
   *
   * @param published what {@link HeavyHitters#rank} published
   * @param dimensions what to look for; one without rankings marks nothing
   * @param uid uid of the operator, unique in the job
   */
  public static <T> Marked<T> mark(
      DataStream<T> events,
      DataStream<Ranking> published,
      List<Dimension<T>> dimensions,
      String uid) {
    OutputTag<Tuple2<T, HeavyItem>> heavy = heavy(events.getType());
    SingleOutputStreamOperator<T> marked =
        events
            .connect(published.broadcast(LATEST))
            .process(new HeavyItemMarker<>(dimensions, heavy), events.getType())
            .uid(uid)
            .name("Mark heavy items");
    return new Marked<>(marked, marked.getSideOutput(heavy));
  }

  static <T> OutputTag<Tuple2<T, HeavyItem>> heavy(TypeInformation<T> type) {
    return new OutputTag<>("heavy", Types.TUPLE(type, TypeInformation.of(HeavyItem.class)));
  }

  @Override
  public void open(OpenContext context) {
    item = new ItemSlice();
  }

  @Override
  public void processElement(T event, ReadOnlyContext context, Collector<T> out) throws Exception {
    Map<String, Map<String, HeavyItem>> latest = byItem;
    if (latest == null) {
      latest = restored(context.getBroadcastState(LATEST));
      byItem = latest;
    }
    for (Dimension<T> dimension : dimensions) {
      Map<String, HeavyItem> items = latest.get(dimension.name());
      if (items != null && dimension.item().locate(event, item)) {
        HeavyItem found = items.get(item.toString());
        if (found != null) {
          context.output(heavy, Tuple2.of(event, found));
        }
      }
    }
    out.collect(event);
  }

  @Override
  public void processBroadcastElement(Ranking ranking, Context context, Collector<T> out)
      throws Exception {
    BroadcastState<String, Ranking> state = context.getBroadcastState(LATEST);
    Ranking known = state.get(ranking.dimension());
    if (known == null || known.windowEnd() < ranking.windowEnd()) {
      state.put(ranking.dimension(), ranking);
      if (byItem != null) {
        byItem.put(ranking.dimension(), byItem(ranking));
      }
    }
  }

  private static Map<String, Map<String, HeavyItem>> restored(
      ReadOnlyBroadcastState<String, Ranking> state) throws Exception {
    Map<String, Map<String, HeavyItem>> latest = new HashMap<>();
    for (Map.Entry<String, Ranking> ranking : state.immutableEntries()) {
      latest.put(ranking.getKey(), byItem(ranking.getValue()));
    }
    return latest;
  }

  private static Map<String, HeavyItem> byItem(Ranking ranking) {
    Map<String, HeavyItem> items = new HashMap<>();
    for (ItemEstimate estimate : ranking.items()) {
      items.put(
          estimate.item(),
          new HeavyItem(ranking.dimension(), ranking.windowEnd(), items.size() + 1, estimate));
    }
    return items;
  }
}
