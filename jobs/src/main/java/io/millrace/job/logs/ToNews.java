package io.millrace.job.logs;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.operator.logs.LogNews;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Makes news of sources and rules. What is a valid record but no filter or format becomes a dead
 * letter, which tells where the record is.
 */
final class ToNews<T extends Record> extends ProcessFunction<Tuple2<T, RecordOrigin>, LogNews> {
  static final OutputTag<DeadLettered> DEAD_LETTER =
      new OutputTag<>("dead-letter", TypeInformation.of(DeadLettered.class));

  private static final long serialVersionUID = 1L;

  private final SerializableFunction<T, LogNews> news;
  private final Rejection rejection;
  private final String job;

  /**
   * For records of a type.
   *
   * @param news makes news of one, and throws an {@link IllegalArgumentException} where it can't
   * @param rejection what such a record is refused for
   */
  ToNews(SerializableFunction<T, LogNews> news, Rejection rejection, String job) {
    this.news = news;
    this.rejection = rejection;
    this.job = job;
  }

  @Override
  public void processElement(
      Tuple2<T, RecordOrigin> record, Context context, Collector<LogNews> out) {
    try {
      out.collect(news.apply(record.f0));
    } catch (IllegalArgumentException e) {
      context.output(
          DEAD_LETTER,
          DeadLetters.confidential(
              job, Stage.VALIDATE, rejection, String.valueOf(e.getMessage()), record.f1));
    }
  }
}
