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

/**
 * Where a job's streams come from and go to. A job builds its graph against this, so that a test
 * gives it collections and {@code main} gives it Kafka and the stores.
 */
public interface Endpoints {
  /** Reads a topic: a refused record on the left, a value on the right. */
  <T extends Record> Source<Either<DeadLettered, T>, ?, ?> source(Topic<T> topic);

  /**
   * Reads some fields of a topic: a refused record on the left, the fields on the right.
   *
   * @param fields names of the topic's fields, in the order of the slices
   */
  Source<Either<DeadLettered, Projected>, ?, ?> source(Topic<?> topic, List<String> fields);

  /**
   * Reads a topic: a refused record on the left, a value and where it comes from on the right, for
   * a job that may refuse it later.
   */
  <T extends Record> Source<Either<DeadLettered, Tuple2<T, RecordOrigin>>, ?, ?> sourceWithOrigin(
      Topic<T> topic);

  /** Reads the records of a topic with a deserializer of the job's own. */
  <V> Source<V, ?, ?> source(Topic<?> topic, KafkaRecordDeserializationSchema<V> deserializer);

  /**
   * Writes a stream to a topic.
   *
   * @param uid uid of the sink, unique in the job
   * @return the rows that the topic can't take, for the dead letters of the job's input
   */
  <T extends Record> DataStream<DeadLettered> publish(
      DataStream<T> rows, Topic<T> topic, String uid);

  /**
   * Writes two streams to one topic. Each may be encoded in the tasks in which it is made, so that
   * only bytes go from there to the sink.
   *
   * @param uid uid of the sink, unique in the job
   * @return the rows that the topic can't take, for the dead letters of the job's input
   */
  default <T extends Record> DataStream<DeadLettered> publish(
      DataStream<T> rows, DataStream<T> more, Topic<T> topic, String uid) {
    return publish(rows.union(more), topic, uid);
  }

  /**
   * Writes the rows of live views to a live topic, at least once.
   *
   * @param uid uid of the sink, unique in the job
   */
  void publishLive(DataStream<LiveUpdate> updates, Topic<LiveRow> topic, String uid);

  /**
   * Writes a stream to Redis.
   *
   * @param write what each row stands for; rows of one key must be in one partition of the stream
   * @param keys what is written, for people, such as {@code topk:<dimension>}
   * @param uid uid of the writer, unique in the job
   * @return the rows that Redis refuses for good, for the dead letters of the job's input
   */
  <T extends Record> DataStream<DeadLettered> redis(
      DataStream<T> rows,
      Class<T> type,
      SerializableFunction<T, RedisWrite> write,
      String keys,
      String uid);

  /**
   * Writes a stream to a table of Cassandra.
   *
   * @param write what each row stands for
   * @param uid uid of the writer, unique in the job
   * @return the rows that Cassandra refuses for good, for the dead letters of the job's input
   */
  <T extends Record> DataStream<DeadLettered> cassandra(
      DataStream<T> rows,
      Class<T> type,
      CassandraTable table,
      SerializableFunction<T, CassandraRow> write,
      String uid);

  /**
   * Writes a stream to indices of OpenSearch.
   *
   * @param write what each row stands for; rows of one document must be in one partition of the
   *     stream
   * @param uid uid of the writer, unique in the job
   * @return the rows that OpenSearch refuses for good, for the dead letters of the job's input
   */
  <T extends Record> DataStream<DeadLettered> openSearch(
      DataStream<T> rows,
      Class<T> type,
      OpenSearchIndex index,
      SerializableFunction<T, OpenSearchDocument> write,
      String uid);

  /**
   * Writes a stream to a table of PostgreSQL.
   *
   * @param script creates the table where it is missing
   * @param write what each row stands for; rows of one key must be in one partition of the stream
   * @param uid uid of the writer, unique in the job
   * @return the rows that PostgreSQL refuses for good, for the dead letters of the job's input
   */
  <T extends Record> DataStream<DeadLettered> postgres(
      DataStream<T> rows,
      Class<T> type,
      PostgresTable table,
      PostgresScript script,
      SerializableFunction<T, PostgresRow> write,
      String uid);
}
