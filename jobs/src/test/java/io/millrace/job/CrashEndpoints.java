package io.millrace.job;

import io.millrace.connector.cassandra.CassandraRow;
import io.millrace.connector.cassandra.CassandraTable;
import io.millrace.connector.kafka.EncodeRow;
import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.kafka.KafkaRow;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.connector.redis.RedisWrite;
import io.millrace.connector.store.StoreWriter;
import io.millrace.schema.Topic;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.types.Either;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's endpoints with {@link CrashPoint}s in every sink of a topic, and a source that spreads
 * its records over many checkpoints.
 */
public final class CrashEndpoints extends ForwardingEndpoints {
  private final JobConfig config;
  private final int recordsPerCheckpoint;
  private final @Nullable PlantedBug bug;

  /**
   * With such sinks and sources.
   *
   * @param config the job's options
   * @param recordsPerCheckpoint how many records a source task reads between two checkpoints
   * @param bug what is wrong with the sinks; null for nothing
   */
  public CrashEndpoints(JobConfig config, int recordsPerCheckpoint, @Nullable PlantedBug bug) {
    super(new KafkaEndpoints(config));
    this.config = config;
    this.recordsPerCheckpoint = recordsPerCheckpoint;
    this.bug = bug;
  }

  /** What is wrong with the sinks; null for nothing. */
  @Nullable PlantedBug bug() {
    return bug;
  }

  @Override
  public <T extends Record> Source<Either<DeadLettered, T>, ?, ?> source(Topic<T> topic) {
    return paced(super.source(topic));
  }

  @Override
  public Source<Either<DeadLettered, Projected>, ?, ?> source(Topic<?> topic, List<String> fields) {
    return paced(super.source(topic, fields));
  }

  @Override
  public <T extends Record>
      Source<Either<DeadLettered, Tuple2<T, RecordOrigin>>, ?, ?> sourceWithOrigin(Topic<T> topic) {
    return paced(super.sourceWithOrigin(topic));
  }

  @Override
  public <V> Source<V, ?, ?> source(
      Topic<?> topic, KafkaRecordDeserializationSchema<V> deserializer) {
    return paced(super.source(topic, deserializer));
  }

  private <V> Source<V, ?, ?> paced(Source<V, ?, ?> source) {
    return new PacedSource<>(source, recordsPerCheckpoint);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> publish(
      DataStream<T> rows, Topic<T> topic, String uid) {
    DataStream<T> given = rows;
    if (bug == PlantedBug.LATE_DATA_DROPPED && topic.lane() == Topic.Lane.LATE) {
      given = rows.filter(row -> false).uid(uid + "-dropped");
    }
    SingleOutputStreamOperator<KafkaRow> encoded =
        given
            .process(KafkaEvents.encoder(config.configuration(), topic))
            .returns(KafkaRow.class)
            .uid(uid + "-encode");
    if (bug == PlantedBug.SHARED_TRANSACTIONAL_IDS) {
      encoded
          .filter(row -> length(row) % 2 == 0)
          .uid(uid + "-even")
          .sinkTo(sink(topic, uid))
          .uid(uid);
      encoded
          .filter(row -> length(row) % 2 == 1)
          .uid(uid + "-odd")
          .sinkTo(sink(topic, uid + "-too"))
          .uid(uid + "-too");
    } else {
      encoded.sinkTo(sink(topic, uid)).uid(uid);
    }
    return encoded.getSideOutput(EncodeRow.DEAD_LETTER);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> cassandra(
      DataStream<T> rows,
      Class<T> type,
      CassandraTable table,
      SerializableFunction<T, CassandraRow> write,
      String uid) {
    throw new UnsupportedOperationException("run the job with --stores none");
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> redis(
      DataStream<T> rows,
      Class<T> type,
      SerializableFunction<T, RedisWrite> write,
      String keys,
      String uid) {
    return StoreWriter.write(
            rows,
            type,
            row -> HistoryStore.rowOf(write.apply(row), JsonCodec.of(type).encode(row)),
            new HistoryStore(config.get(KafkaOptions.TOPIC_PREFIX), bug),
            config.job().name())
        .uid(uid);
  }

  private Sink<KafkaRow> sink(Topic<?> topic, String uid) {
    Configuration options = new Configuration(config.configuration());
    if (bug == PlantedBug.AT_LEAST_ONCE_SINK) {
      options.set(KafkaOptions.GUARANTEE, KafkaOptions.Guarantee.AT_LEAST_ONCE);
    }
    return new CrashingSink<>(
        KafkaEvents.sink(options, topic, uid), bug == PlantedBug.COMMIT_ERROR_SWALLOWED);
  }

  private static int length(KafkaRow row) {
    return row.value() == null ? 0 : row.value().length;
  }
}
