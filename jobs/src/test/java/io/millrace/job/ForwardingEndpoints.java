package io.millrace.job;

import io.millrace.connector.cassandra.CassandraRow;
import io.millrace.connector.cassandra.CassandraTable;
import io.millrace.connector.kafka.LiveUpdate;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.connector.opensearch.OpenSearchDocument;
import io.millrace.connector.opensearch.OpenSearchIndex;
import io.millrace.connector.postgres.PostgresRow;
import io.millrace.connector.postgres.PostgresScript;
import io.millrace.connector.postgres.PostgresTable;
import io.millrace.connector.redis.RedisWrite;
import io.millrace.schema.Topic;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LiveRow;
import java.util.List;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.types.Either;
import org.apache.flink.util.function.SerializableFunction;

/** Endpoints that do as others do, but for what a test changes. */
abstract class ForwardingEndpoints implements Endpoints {
  private final Endpoints real;

  ForwardingEndpoints(Endpoints real) {
    this.real = real;
  }

  @Override
  public <T extends Record> Source<Either<DeadLettered, T>, ?, ?> source(Topic<T> topic) {
    return real.source(topic);
  }

  @Override
  public Source<Either<DeadLettered, Projected>, ?, ?> source(Topic<?> topic, List<String> fields) {
    return real.source(topic, fields);
  }

  @Override
  public <T extends Record>
      Source<Either<DeadLettered, Tuple2<T, RecordOrigin>>, ?, ?> sourceWithOrigin(Topic<T> topic) {
    return real.sourceWithOrigin(topic);
  }

  @Override
  public <V> Source<V, ?, ?> source(
      Topic<?> topic, KafkaRecordDeserializationSchema<V> deserializer) {
    return real.source(topic, deserializer);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> publish(
      DataStream<T> rows, Topic<T> topic, String uid) {
    return real.publish(rows, topic, uid);
  }

  @Override
  public void publishLive(DataStream<LiveUpdate> updates, Topic<LiveRow> topic, String uid) {
    real.publishLive(updates, topic, uid);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> cassandra(
      DataStream<T> rows,
      Class<T> type,
      CassandraTable table,
      SerializableFunction<T, CassandraRow> write,
      String uid) {
    return real.cassandra(rows, type, table, write, uid);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> openSearch(
      DataStream<T> rows,
      Class<T> type,
      OpenSearchIndex index,
      SerializableFunction<T, OpenSearchDocument> write,
      String uid) {
    return real.openSearch(rows, type, index, write, uid);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> redis(
      DataStream<T> rows,
      Class<T> type,
      SerializableFunction<T, RedisWrite> write,
      String keys,
      String uid) {
    return real.redis(rows, type, write, keys, uid);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> postgres(
      DataStream<T> rows,
      Class<T> type,
      PostgresTable table,
      PostgresScript script,
      SerializableFunction<T, PostgresRow> write,
      String uid) {
    return real.postgres(rows, type, table, script, write, uid);
  }
}
