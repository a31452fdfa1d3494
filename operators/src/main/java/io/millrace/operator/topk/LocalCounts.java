package io.millrace.operator.topk;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * Counts records by pane in the tasks that read them, and hands packed counts on to whoever merges
 * them by bucket: the first half of an aggregation in two phases.
 *
 * <p>Whoever merges gets no counts behind its watermark and no watermark that is idle. A record
 * whose windows have all closed goes to the late stream.
 */
public final class LocalCounts {
  private LocalCounts() {}

  /**
   * The streams that come out.
   *
   * @param partials packed counts
   * @param late late records, each with the watermark that it was behind
   */
  public record Counted<T>(DataStream<PartialCount> partials, DataStream<Tuple2<T, Long>> late) {}

  /**
   * Adds the operators to a stream that has event times and watermarks.
   *
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static <T> Counted<T> count(
      DataStream<T> events, PaneCounting counting, PaneCounts.Factory<T> factory, String uid) {
    TypeInformation<PartialCount> partials = TypeInformation.of(PartialCount.class);
    OutputTag<T> possiblyLate = new OutputTag<>("possibly-late", events.getType());
    OutputTag<Tuple2<T, Long>> late =
        new OutputTag<>("late", Types.TUPLE(events.getType(), Types.LONG));

    SingleOutputStreamOperator<PartialCount> counted =
        events
            .transform(
                "Count where read",
                partials,
                LocalCountOperator.besideSource(counting, factory, possiblyLate, uid + "-local"))
            .uid(uid + "-local");
    SingleOutputStreamOperator<PartialCount> direct =
        counted
            .transform("Stand in while idle", partials, new StandInWatermarkOperator(counting))
            .uid(uid + "-stand-in");
    SingleOutputStreamOperator<PartialCount> decided =
        counted
            .getSideOutput(possiblyLate)
            .rebalance()
            .transform(
                "Decide what is late",
                partials,
                LocalCountOperator.behindExchange(counting, factory, late, uid + "-late-gate"))
            .uid(uid + "-late-gate");
    return new Counted<>(direct.union(decided), decided.getSideOutput(late));
  }
}
