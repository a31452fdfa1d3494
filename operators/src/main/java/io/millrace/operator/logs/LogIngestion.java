package io.millrace.operator.logs;

import io.millrace.operator.live.ViewContents;
import io.millrace.operator.order.Unawaited;
import io.millrace.operator.state.WindowBroadcastOperator;
import io.millrace.operator.state.WindowOperator;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.Collector;

/** Lines of logs, read, counted and alarmed on. */
public final class LogIngestion {
  private LogIngestion() {}

  /**
   * What comes of them.
   *
   * @param lines all lines, as they came
   * @param indexed the records that are kept
   * @param filtered the records that are not, by their levels or since others stand for them
   * @param refused the lines that can't be read
   * @param counted what became of the lines of each stream, now and then and at the end
   * @param levels how many records there were each minute
   * @param late records that came after their minute was counted, and the watermark
   * @param alerts what rules alarm on
   */
  public record Ingested(
      DataStream<LogLine> lines,
      DataStream<IndexedEvent> indexed,
      DataStream<LogEvent> filtered,
      DataStream<RefusedLine> refused,
      DataStream<StreamCounts> counted,
      DataStream<LevelCount> levels,
      DataStream<Tuple2<LogEvent, Long>> late,
      DataStream<LogAlert> alerts) {}

  /**
   * Adds the operators.
   *
   * @param lines the lines, those of a {@link LogLine#stream} in the order of their offsets
   * @param news how sources are read and what is alarmed on, with event times and watermarks
   * @param disorderMillis how far records of a partition may be out of order
   * @param idleMillis after how long without a line a partition holds back nobody; 0 for never
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static Ingested of(
      DataStream<LogLine> lines,
      DataStream<LogNews> news,
      LogSpec spec,
      long disorderMillis,
      long idleMillis,
      String uid) {
    DataStream<LogNews> known =
        spec.inEventTime() ? awaited(news, uid + "-news") : Unawaited.of(news, uid + "-news");
    Reading reading = new Reading(spec, disorderMillis, idleMillis);
    if (spec.dedup()) {
      SingleOutputStreamOperator<LogEvent> read = reading.keyed(lines, known, uid);
      return reading.results(
          lines,
          List.of(reading.counted(read, uid)),
          read.getSideOutput(LogFunction.INDEXED),
          read.getSideOutput(LogFunction.FILTERED),
          read.getSideOutput(LogFunction.REFUSED),
          read.getSideOutput(LogFunction.COUNTED),
          uid);
    }
    SingleOutputStreamOperator<LogEvent> here = reading.here(lines, known, uid + "-here");
    SingleOutputStreamOperator<LogEvent> left =
        reading.keyed(here.getSideOutput(LineOperator.LEFT), known, uid);
    return reading.results(
        lines,
        List.of(reading.counted(here, uid + "-here"), reading.counted(left, uid)),
        here.getSideOutput(LogFunction.INDEXED).union(left.getSideOutput(LogFunction.INDEXED)),
        here.getSideOutput(LogFunction.FILTERED).union(left.getSideOutput(LogFunction.FILTERED)),
        here.getSideOutput(LogFunction.REFUSED).union(left.getSideOutput(LogFunction.REFUSED)),
        here.getSideOutput(LogFunction.COUNTED)
            .connect(left.getSideOutput(LogFunction.COUNTED))
            .keyBy(StreamCounts::stream, StreamCounts::stream)
            .process(new AccountFunction(spec.byClock()), TypeInformation.of(StreamCounts.class))
            .uid(uid + "-accounts")
            .name("Add up accounts"),
        uid);
  }

  /** The operators that read lines, and count what they say. */
  private record Reading(LogSpec spec, long disorderMillis, long idleMillis) {
    /** Events that are read in one place, and what is counted there. */
    private record Counted(
        SingleOutputStreamOperator<LogEvent> events,
        SingleOutputStreamOperator<LevelPart> levels,
        String uid) {}

    private SingleOutputStreamOperator<LogEvent> keyed(
        DataStream<LogLine> lines, DataStream<LogNews> news, String uid) {
      return lines
          .keyBy(LogLine::stream)
          .connect(news.broadcast())
          .transform(
              "Read lines",
              TypeInformation.of(LogEvent.class),
              new LogOperator(new LogFunction(spec)))
          .uid(uid);
    }

    private SingleOutputStreamOperator<LogEvent> here(
        DataStream<LogLine> lines, DataStream<LogNews> news, String uid) {
      // The task that gets news is in the slot of the one that needs them.
      String slot = uid + "-slot";
      lines.getTransformation().setCoLocationGroupKey(slot);
      var handed =
          news.broadcast()
              .transform("Hand news on", TypeInformation.of(LogNews.class), new NewsOperator(slot))
              .uid(uid + "-news");
      handed.getTransformation().setCoLocationGroupKey(slot);
      var here =
          lines
              .transform(
                  "Read lines where they come",
                  TypeInformation.of(LogEvent.class),
                  new LineOperator.Factory(spec, slot))
              .uid(uid);
      here.getTransformation().setCoLocationGroupKey(slot);
      return here;
    }

    private Counted counted(SingleOutputStreamOperator<LogEvent> read, String uid) {
      SingleOutputStreamOperator<LogEvent> events =
          read.transform(
                  "Times of records",
                  TypeInformation.of(LogEvent.class),
                  new PartitionWatermarkOperator(disorderMillis, idleMillis, !spec.byClock()))
              .uid(uid + "-times");
      return new Counted(
          events,
          events
              .transform(
                  "Count records",
                  TypeInformation.of(LevelPart.class),
                  new LevelCounter(spec.allowedLatenessMillis()))
              .uid(uid + "-counts"),
          uid);
    }

    private Ingested results(
        DataStream<LogLine> lines,
        List<Counted> counted,
        DataStream<IndexedEvent> indexed,
        DataStream<LogEvent> filtered,
        DataStream<RefusedLine> refused,
        DataStream<StreamCounts> accounts,
        String uid) {
      DataStream<LevelPart> parts = counted.get(0).levels();
      DataStream<Tuple2<LogEvent, Long>> late =
          counted.get(0).levels().getSideOutput(LevelCountFunction.LATE);
      for (Counted each : counted.subList(1, counted.size())) {
        parts = parts.union(each.levels());
        late = late.union(each.levels().getSideOutput(LevelCountFunction.LATE));
      }
      SingleOutputStreamOperator<LevelCount> levels =
          parts
              .keyBy(LevelPart::key)
              .transform(
                  "Add up counts",
                  TypeInformation.of(LevelCount.class),
                  new WindowOperator<>(new LevelCountFunction(spec.allowedLatenessMillis())))
              .uid(uid + "-levels");
      return new Ingested(
          lines,
          indexed,
          filtered,
          refused,
          accounts,
          levels,
          late.union(levels.getSideOutput(LevelCountFunction.LATE)),
          alerts(counted, uid));
    }

    private static DataStream<Long> end(Counted counted) {
      return counted
          .events()
          .transform("Largest time", Types.LONG, new EndTimeOperator())
          .uid(counted.uid() + "-end");
    }

    private static DataStream<RuleHit> hits(Counted counted) {
      return counted
          .events()
          .flatMap(LogIngestion::hits)
          .returns(TypeInformation.of(RuleHit.class))
          .uid(counted.uid() + "-hits")
          .name("What rules are told");
    }

    private DataStream<LogAlert> alerts(List<Counted> counted, String uid) {
      DataStream<Long> ends = end(counted.get(0));
      DataStream<RuleHit> hits = hits(counted.get(0));
      for (Counted each : counted.subList(1, counted.size())) {
        ends = ends.union(end(each));
        hits = hits.union(hits(each));
      }
      return hits.keyBy(RuleHit::judge)
          .connect(ends.broadcast())
          .transform(
              "Judge windows",
              TypeInformation.of(LogAlert.class),
              new WindowBroadcastOperator<>(
                  new AlertFunction(spec.allowedLatenessMillis()), List.of(AlertFunction.END)))
          .uid(uid + "-alerts");
    }
  }

  /**
   * Puts lines into the order of their offsets.
   *
   * @param lines of a bounded input
   * @param uid of the operator, unique in the job
   */
  public static DataStream<LogLine> inOrder(DataStream<LogLine> lines, String uid) {
    return lines
        .keyBy(LogLine::stream)
        .process(new OffsetOrderFunction(), TypeInformation.of(LogLine.class))
        .uid(uid)
        .name("Order of offsets");
  }

  /**
   * The views that rows make up.
   *
   * @param byClock whether they are given as they change, else at the end of input
   * @param uid of the operator, unique in the job
   */
  public static DataStream<ViewContents> board(
      DataStream<BoardRow> rows, boolean byClock, String uid) {
    return rows.keyBy(BoardRow::view)
        .process(new BoardFunction(byClock), TypeInformation.of(ViewContents.class))
        .uid(uid)
        .name("Keep latest rows");
  }

  private static DataStream<LogNews> awaited(DataStream<LogNews> news, String uid) {
    return news.transform(
            "Up to when news are known", TypeInformation.of(LogNews.class), new NewsClockOperator())
        .uid(uid)
        .setParallelism(1);
  }

  private static void hits(LogEvent event, Collector<RuleHit> out) {
    event.hits().forEach(out::collect);
  }
}
