package io.millrace.job;

import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.connector.kafka.SplitDecoded;
import io.millrace.schema.Topic;
import io.millrace.schema.lane.DeadLettered;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

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
    SingleOutputStreamOperator<T> values =
        env.fromSource(
                endpoints.source(topic),
                KafkaEvents.watermarks(config.configuration(), topic),
                topic.name())
            .uid(uid + "-source")
            .process(new SplitDecoded<T>(), TypeInformation.of(topic.type()))
            .uid(uid + "-decoded")
            .name("Values of " + topic.name());
    return new Ingested<>(values, values.getSideOutput(SplitDecoded.DEAD_LETTER));
  }
}
