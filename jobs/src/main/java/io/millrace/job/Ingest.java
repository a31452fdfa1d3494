package io.millrace.job;

import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.connector.kafka.ProjectedType;
import io.millrace.connector.kafka.SplitDecoded;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.schema.Topic;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.Either;

/** The head of every job: a topic's values with event time, apart from what is refused. */
public final class Ingest {
  private Ingest() {}

  /**
   * What comes out of a topic.
   *
   * @param values its values, with event times and watermarks
   * @param deadLetters its other records
   */
  public record Ingested<T>(DataStream<T> values, DataStream<DeadLettered> deadLetters) {}

  /**
   * Reads a topic.
   *
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static <T extends Record> Ingested<T> from(
      StreamExecutionEnvironment env,
      JobConfig config,
      Endpoints endpoints,
      Topic<T> topic,
      String uid) {
    return from(
        env.fromSource(
            endpoints.source(topic),
            KafkaEvents.watermarks(config.configuration(), topic),
            topic.name()),
        TypeInformation.of(topic.type()),
        uid);
  }

  /**
   * Reads some fields of a topic.
   *
   * @param fields names of the topic's fields, in the order of the slices
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static Ingested<Projected> from(
      StreamExecutionEnvironment env,
      JobConfig config,
      Endpoints endpoints,
      Topic<?> topic,
      List<String> fields,
      String uid) {
    return from(
        env.fromSource(
            endpoints.source(topic, fields),
            KafkaEvents.watermarks(config.configuration(), topic, fields),
            topic.name()),
        ProjectedType.INSTANCE,
        uid);
  }

  /**
   * Reads a topic, each value together with where it comes from.
   *
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static <T extends Record> Ingested<Tuple2<T, RecordOrigin>> withOrigin(
      StreamExecutionEnvironment env,
      JobConfig config,
      Endpoints endpoints,
      Topic<T> topic,
      String uid) {
    return from(
        env.fromSource(
            endpoints.sourceWithOrigin(topic),
            KafkaEvents.watermarksWithOrigin(config.configuration(), topic),
            topic.name()),
        new TupleTypeInfo<>(
            TypeInformation.of(topic.type()), TypeInformation.of(RecordOrigin.class)),
        uid);
  }

  private static <V> Ingested<V> from(
      DataStreamSource<Either<DeadLettered, V>> source, TypeInformation<V> type, String uid) {
    SingleOutputStreamOperator<V> values =
        source
            .uid(uid + "-source")
            .transform(
                "Values of " + source.getTransformation().getName(), type, new SplitDecoded<>())
            .uid(uid + "-decoded");
    return new Ingested<>(values, values.getSideOutput(SplitDecoded.DEAD_LETTER));
  }
}
