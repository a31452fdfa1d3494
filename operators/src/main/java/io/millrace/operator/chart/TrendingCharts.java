package io.millrace.operator.chart;

import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.topk.LocalCounts;
import io.millrace.operator.topk.LocalCounts.Counted;
import io.millrace.operator.topk.PartialCount;
import io.millrace.operator.topk.PartialCount.Bucket;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * Charts of songs in each region and in all together, in one pass over the plays: by plays in a
 * window, by plays that weigh less with time, and by what is new against a song's own past.
 *
 * <p>A window's charts are published when the watermark reaches its end. A play that comes later,
 * while the window is open, changes the charts of exactly the windows that it makes a difference
 * to: these are published once more when the next window ends, and for the last time when they
 * close. A play whose windows have all closed goes to the late stream and changes nothing. The
 * chart of all regions is the sum of theirs.
 *
 * <p><b>Error</b>: exact but for listeners, {@link io.millrace.operator.distinct.DistinctSample},
 * and weights, which are exact to a relative 2^-32 ({@link ChartSpec#HALF_LIVES}). <b>Order</b>:
 * not sensitive within the watermark's bound. <b>Replay</b>: exact under Flink's checkpoints.
 */
public final class TrendingCharts {
  /** The region that stands for all together; no play may name it. */
  public static final String GLOBAL = "GLOBAL";

  /** What buckets are of. */
  static final String SONGS = "songs";

  private TrendingCharts() {}

  /**
   * The streams that come out.
   *
   * @param published the charts, with their revisions
   * @param late late plays, each with the watermark that it was behind
   */
  public record Charts<T>(
      SingleOutputStreamOperator<ChartRanking> published, DataStream<Tuple2<T, Long>> late) {}

  /**
   * Adds the operators to plays that have event times and watermarks, each of which counts.
   *
   * @param names what songs are called; charts wait for its watermark
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static <T> Charts<T> of(
      DataStream<T> plays,
      PlayFields<T> fields,
      DataStream<SongName> names,
      ChartSpec spec,
      String uid) {
    Counted<T> counted =
        spec.listenerCap() == 0
            ? LocalCounts.count(plays, spec.counting(), () -> new PlayCounts<>(fields), uid)
            : capped(plays, fields, spec, uid);
    TypeInformation<Bucket> bucket = TypeInformation.of(Bucket.class);
    SingleOutputStreamOperator<ChartRanking> published =
        counted
            .partials()
            .keyBy(PartialCount::bucket, bucket)
            .connect(names.keyBy(name -> bucketOf(ItemBytes.of(name.songId())), bucket))
            .transform(
                "Chart songs",
                TypeInformation.of(ChartPart.class),
                new ChartOperator(spec, uid + "-songs"))
            .uid(uid + "-songs")
            .keyBy(ChartPart::key, TypeInformation.of(ChartPart.Key.class))
            .process(
                new ChartFunction(spec, uid + "-charts"), TypeInformation.of(ChartRanking.class))
            .uid(uid + "-charts")
            .name("Publish charts");
    return new Charts<>(published, counted.late());
  }

  private static <T> Counted<T> capped(
      DataStream<T> plays, PlayFields<T> fields, ChartSpec spec, String uid) {
    OutputTag<Tuple2<T, Long>> late =
        new OutputTag<>("late", Types.TUPLE(plays.getType(), Types.LONG));
    SingleOutputStreamOperator<PartialCount> counted =
        plays
            .keyBy(play -> CapCountOperator.key(fields, play, new ItemSlice()), Types.INT)
            .transform(
                "Count up to the cap",
                TypeInformation.of(PartialCount.class),
                new CapCountOperator<>(spec, fields, late, uid + "-capped"))
            .uid(uid + "-capped");
    return new Counted<>(counted, counted.getSideOutput(late));
  }

  /** The bucket that a song belongs to. */
  static Bucket bucketOf(byte[] songId) {
    return new Bucket(SONGS, Bucket.indexOf(songId, 0, songId.length));
  }
}
