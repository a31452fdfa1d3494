package io.millrace.job;

import io.millrace.connector.cassandra.CassandraRow;
import io.millrace.connector.cassandra.CassandraSchema;
import io.millrace.connector.cassandra.CassandraStore;
import io.millrace.connector.cassandra.CassandraTable;
import io.millrace.connector.kafka.EncodeRow;
import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.kafka.KafkaRow;
import io.millrace.connector.kafka.LiveUpdate;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.connector.opensearch.OpenSearchDocument;
import io.millrace.connector.opensearch.OpenSearchIndex;
import io.millrace.connector.opensearch.OpenSearchStore;
import io.millrace.connector.opensearch.OpenSearchTemplate;
import io.millrace.connector.postgres.PostgresRow;
import io.millrace.connector.postgres.PostgresSchema;
import io.millrace.connector.postgres.PostgresScript;
import io.millrace.connector.postgres.PostgresStore;
import io.millrace.connector.postgres.PostgresTable;
import io.millrace.connector.redis.RedisStore;
import io.millrace.connector.redis.RedisWrite;
import io.millrace.connector.store.Store;
import io.millrace.connector.store.StoreWrite;
import io.millrace.connector.store.StoreWriter;
import io.millrace.schema.Topic;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LiveRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.types.Either;
import org.apache.flink.util.function.SerializableFunction;

/** The endpoints of a job that runs for real: Kafka and the stores that its options name. */
final class KafkaEndpoints implements Endpoints {
  private final JobConfig config;
  private final List<CassandraTable> cassandraTables = new ArrayList<>();
  private final List<OpenSearchIndex> openSearchIndices = new ArrayList<>();
  private final Map<PostgresScript, List<PostgresTable>> postgresTables = new LinkedHashMap<>();

  KafkaEndpoints(JobConfig config) {
    this.config = config;
  }

  /**
   * Makes sure that the tables and templates of the job that was built are there, and creates them
   * where the options say so.
   *
   * @throws IllegalArgumentException where one is not; the message says what to do
   */
  void prepareTables() {
    for (CassandraTable table : cassandraTables) {
      CassandraSchema.prepare(config.configuration(), table);
    }
    for (OpenSearchIndex index : openSearchIndices) {
      OpenSearchTemplate.prepare(config.configuration(), index);
    }
    postgresTables.forEach(
        (script, tables) ->
            PostgresSchema.prepare(config.configuration(), tables, script.owner(), script.file()));
  }

  @Override
  public <T extends Record> Source<Either<DeadLettered, T>, ?, ?> source(Topic<T> topic) {
    return KafkaEvents.source(config.configuration(), topic);
  }

  @Override
  public Source<Either<DeadLettered, Projected>, ?, ?> source(Topic<?> topic, List<String> fields) {
    return KafkaEvents.source(config.configuration(), topic, fields);
  }

  @Override
  public <T extends Record>
      Source<Either<DeadLettered, Tuple2<T, RecordOrigin>>, ?, ?> sourceWithOrigin(Topic<T> topic) {
    return KafkaEvents.sourceWithOrigin(config.configuration(), topic);
  }

  @Override
  public <V> Source<V, ?, ?> source(
      Topic<?> topic, KafkaRecordDeserializationSchema<V> deserializer) {
    return KafkaEvents.source(config.configuration(), topic, deserializer);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> publish(
      DataStream<T> rows, Topic<T> topic, String uid) {
    SingleOutputStreamOperator<KafkaRow> encoded = encode(rows, topic, uid + "-encode");
    KafkaEvents.write(encoded, config.configuration(), topic, uid).name(topic.name());
    return encoded.getSideOutput(EncodeRow.DEAD_LETTER);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> publish(
      DataStream<T> rows, DataStream<T> more, Topic<T> topic, String uid) {
    SingleOutputStreamOperator<KafkaRow> encoded = encode(rows, topic, uid + "-encode");
    SingleOutputStreamOperator<KafkaRow> others = encode(more, topic, uid + "-encode-more");
    KafkaEvents.write(encoded.union(others), config.configuration(), topic, uid).name(topic.name());
    return encoded
        .getSideOutput(EncodeRow.DEAD_LETTER)
        .union(others.getSideOutput(EncodeRow.DEAD_LETTER));
  }

  private <T extends Record> SingleOutputStreamOperator<KafkaRow> encode(
      DataStream<T> rows, Topic<T> topic, String uid) {
    return rows.process(KafkaEvents.encoder(config.configuration(), topic))
        .returns(KafkaRow.class)
        .uid(uid)
        .name("Encode " + topic.name());
  }

  @Override
  public void publishLive(DataStream<LiveUpdate> updates, Topic<LiveRow> topic, String uid) {
    DataStream<KafkaRow> encoded =
        updates
            .map(KafkaEvents.liveEncoder(config.configuration()))
            .returns(KafkaRow.class)
            .uid(uid + "-encode")
            .name("Encode " + topic.name());
    KafkaEvents.writeLive(encoded, config.configuration(), topic, uid).name(topic.name());
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> redis(
      DataStream<T> rows,
      Class<T> type,
      SerializableFunction<T, RedisWrite> write,
      String keys,
      String uid) {
    return write(rows, type, write, RedisStore.of(config.configuration(), keys), uid)
        .name("Redis " + keys);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> cassandra(
      DataStream<T> rows,
      Class<T> type,
      CassandraTable table,
      SerializableFunction<T, CassandraRow> write,
      String uid) {
    cassandraTables.add(table);
    return write(rows, type, write, CassandraStore.of(config.configuration(), table), uid)
        .name("Cassandra " + table.name());
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> openSearch(
      DataStream<T> rows,
      Class<T> type,
      OpenSearchIndex index,
      SerializableFunction<T, OpenSearchDocument> write,
      String uid) {
    openSearchIndices.add(index);
    return write(rows, type, write, OpenSearchStore.of(config.configuration(), index), uid)
        .name("OpenSearch " + index.name());
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> postgres(
      DataStream<T> rows,
      Class<T> type,
      PostgresTable table,
      PostgresScript script,
      SerializableFunction<T, PostgresRow> write,
      String uid) {
    postgresTables.computeIfAbsent(script, unused -> new ArrayList<>()).add(table);
    return write(rows, type, write, PostgresStore.of(config.configuration(), table), uid)
        .name("PostgreSQL " + table.name());
  }

  private <T extends Record, W extends StoreWrite> SingleOutputStreamOperator<DeadLettered> write(
      DataStream<T> rows,
      Class<T> type,
      SerializableFunction<T, W> write,
      Store<W> store,
      String uid) {
    return StoreWriter.write(rows, type, write, store, config.get(KafkaOptions.JOB_NAME)).uid(uid);
  }
}
