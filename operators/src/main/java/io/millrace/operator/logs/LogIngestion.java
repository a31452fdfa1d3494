package io.millrace.operator.logs;

import io.millrace.operator.live.ViewContents;
import io.millrace.operator.order.Unawaited;
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
   * @param indexed the records that are kept
   * @param refused the lines that can't be read
   * @param counted what became of the lines of each stream, now and then and at the end
   * @param levels how many records there were each minute
   * @param late records that came after their minute was counted, and the watermark
   * @param alerts what rules alarm on
   */
  public record Ingested(
      DataStream<IndexedEvent> indexed,
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
    SingleOutputStreamOperator<LogEvent> read =
        lines
            .keyBy(LogLine::stream)
            .connect(
                (spec.inEventTime()
                        ? awaited(news, uid + "-news")
                        : Unawaited.of(news, uid + "-news"))
                    .broadcast(LogFunction.NEWS))
            .process(new LogFunction(spec), TypeInformation.of(LogEvent.class))
            .uid(uid)
            .name("Read lines");
    SingleOutputStreamOperator<LogEvent> events =
        read.transform(
                "Times of records",
                TypeInformation.of(LogEvent.class),
                new PartitionWatermarkOperator(disorderMillis, idleMillis, !spec.byClock()))
            .uid(uid + "-times");
    SingleOutputStreamOperator<LevelCount> levels =
        events
            .keyBy(LevelCountFunction::key)
            .process(
                new LevelCountFunction(spec.allowedLatenessMillis()),
                TypeInformation.of(LevelCount.class))
            .uid(uid + "-levels")
            .name("Count records");
    return new Ingested(
        read.getSideOutput(LogFunction.INDEXED),
        read.getSideOutput(LogFunction.REFUSED),
        read.getSideOutput(LogFunction.COUNTED),
        levels,
        levels.getSideOutput(LevelCountFunction.LATE),
        alerts(events, spec, uid));
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

  private static DataStream<LogAlert> alerts(
      SingleOutputStreamOperator<LogEvent> events, LogSpec spec, String uid) {
    DataStream<Long> end =
        events.transform("Largest time", Types.LONG, new EndTimeOperator()).uid(uid + "-end");
    return events
        .flatMap(LogIngestion::hits)
        .returns(TypeInformation.of(RuleHit.class))
        .uid(uid + "-hits")
        .name("What rules are told")
        .keyBy(RuleHit::judge)
        .connect(end.broadcast(AlertFunction.END))
        .process(
            new AlertFunction(spec.allowedLatenessMillis()), TypeInformation.of(LogAlert.class))
        .uid(uid + "-alerts")
        .name("Judge windows");
  }

  private static void hits(LogEvent event, Collector<RuleHit> out) {
    event.hits().forEach(out::collect);
  }
}
