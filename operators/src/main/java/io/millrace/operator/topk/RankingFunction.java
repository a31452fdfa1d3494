package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.sketch.TopKSketch;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.topk.BucketRanking.RankedWindow;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Ranks a dimension from the rankings of its buckets, once, when the window closes.
 *
 * <p><b>State</b>: k items for each task that counts buckets, cleared when the window is published.
 * <b>Timers</b>: one per dimension and window.
 */
final class RankingFunction extends KeyedProcessFunction<RankedWindow, BucketRanking, Ranking> {
  private static final long serialVersionUID = 1L;
  private static final ListStateDescriptor<BucketRanking> BUCKETS =
      new ListStateDescriptor<>("bucket-rankings", TypeInformation.of(BucketRanking.class));

  private final HeavyHittersSpec spec;
  private final String uid;

  private transient PanedWindows windows;
  private transient ListState<BucketRanking> buckets;

  RankingFunction(HeavyHittersSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    windows = spec.windows();
    buckets =
        SavedState.open(uid, BUCKETS.getName(), () -> getRuntimeContext().getListState(BUCKETS));
  }

  @Override
  public void processElement(BucketRanking bucket, Context context, Collector<Ranking> out)
      throws Exception {
    buckets.add(bucket);
    context.timerService().registerEventTimeTimer(windows.closeTime(bucket.window().windowEnd()));
  }

  @Override
  public void onTimer(long closeTime, OnTimerContext context, Collector<Ranking> out)
      throws Exception {
    long total = 0;
    long maxError = 0;
    long othersAtMost = 0;
    List<ItemEstimate> items = new ArrayList<>();
    for (BucketRanking bucket : buckets.get()) {
      total = TopKSketch.saturatedSum(total, bucket.total());
      maxError = Math.max(maxError, bucket.maxError());
      othersAtMost = Math.max(othersAtMost, bucket.othersAtMost());
      items.addAll(bucket.items());
    }
    buckets.clear();
    items.sort(ItemEstimate.HEAVIEST_FIRST);
    List<ItemEstimate> heaviest = List.copyOf(items.subList(0, Math.min(spec.k(), items.size())));
    for (ItemEstimate other : items.subList(heaviest.size(), items.size())) {
      othersAtMost = Math.max(othersAtMost, other.upperBound());
    }
    RankedWindow window = context.getCurrentKey();
    out.collect(
        new Ranking(
            window.dimension(),
            windows.windowStart(window.windowEnd()),
            window.windowEnd(),
            total,
            maxError,
            othersAtMost,
            heaviest));
  }
}
