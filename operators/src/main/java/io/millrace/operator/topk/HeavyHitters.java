package io.millrace.operator.topk;

import io.millrace.operator.topk.Dimension.WeightOf;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Ranks the heaviest items of each event-time window, in any number of dimensions in one pass.
 *
 * <p>Records are counted in the task that reads them; packed counts go to keyed state, which a
 * record therefore touches far less than once. Every window with records is published once, when
 * the watermark reaches its end plus the allowed lateness. A record whose windows are all published
 * by then goes to the late stream and changes nothing; one that still has open windows is counted
 * in these. An idle input holds nobody up, and what it sends when it is back is judged alike.
 *
 * <p><b>Source</b>: two-phase aggregation; partitioned top-k: items are partitioned by hash, so the
 * heaviest k of all are among the heaviest k of each part. <b>Error</b>: that of the algorithm.
 * <b>Order</b>: not sensitive within the watermark's bound. <b>Replay</b>: exact under Flink's
 * checkpoints. After {@code stop --drain} a job must not be resumed: its last windows were
 * published before they were complete.
 */
public final class HeavyHitters {
  private HeavyHitters() {}

  /**
   * The streams that come out.
   *
   * @param published one ranking for each dimension and window with records
   * @param late late records, each with the watermark that it was behind
   */
  public record Rankings<T>(
      SingleOutputStreamOperator<Ranking> published, DataStream<Tuple2<T, Long>> late) {}

  /**
   * Adds the operators to a stream that has event times and watermarks.
   *
   * @param dimensions at least one, with distinct names
   * @param uid prefix of the operators' uids, unique in the job
   * @throws IllegalArgumentException where there is no dimension or two have one name
   */
  public static <T> Rankings<T> rank(
      DataStream<T> events,
      HeavyHittersSpec spec,
      List<Dimension<T>> dimensions,
      WeightOf<T> weight,
      String uid) {
    if (dimensions.isEmpty()
        || dimensions.stream().map(Dimension::name).distinct().count() < dimensions.size()) {
      throw new IllegalArgumentException("dimensions must be at least one, each with its own name");
    }
    LocalCounts.Counted<T> counted =
        LocalCounts.count(
            events, spec.counting(), () -> new SketchCounts<>(spec, dimensions, weight), uid);
    SingleOutputStreamOperator<Ranking> published =
        counted
            .partials()
            .keyBy(PartialCount::bucket, TypeInformation.of(PartialCount.Bucket.class))
            .transform(
                "Count by bucket",
                TypeInformation.of(BucketRanking.class),
                new BucketCountOperator(spec, uid + "-buckets"))
            .uid(uid + "-buckets")
            .keyBy(BucketRanking::window, TypeInformation.of(BucketRanking.RankedWindow.class))
            .process(new RankingFunction(spec, uid + "-ranking"), TypeInformation.of(Ranking.class))
            .uid(uid + "-ranking")
            .name("Rank by window");
    return new Rankings<>(published, counted.late());
  }

  /**
   * Adds an operator that says of each ranking what entered, left and moved since the one before it
   * of the same dimension. It sends a ranking on when the watermark reaches the end of its window
   * plus the allowed lateness, those of one dimension in the order of their windows.
   *
   * @param published what {@link #rank} published
   * @param spec the one given to {@link #rank}
   * @param uid prefix of the operator's uid, unique in the job
   */
  public static SingleOutputStreamOperator<RankedChanges> changes(
      DataStream<Ranking> published, HeavyHittersSpec spec, String uid) {
    return published
        .keyBy(Ranking::dimension)
        .process(
            new RankChangeFunction(spec.windows(), uid + "-changes"),
            TypeInformation.of(RankedChanges.class))
        .uid(uid + "-changes")
        .name("Compare with the ranking before");
  }
}
