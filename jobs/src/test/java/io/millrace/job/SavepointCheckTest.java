package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.millrace.job.web.HeavyHittersJob;
import io.millrace.schema.Topic;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LiveRow;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.Either;
import org.apache.flink.util.function.SerializableFunction;
import org.junit.jupiter.api.Test;

/** The golden savepoint against jobs with the same and with other uids. */
class SavepointCheckTest {
  private static final String SAVEPOINT =
      Path.of("src/test/resources/savepoints/0.1.0/heavy-hitters").toUri().toString();

  /** Kafka, with sinks under other uids. */
  private record Renamed(Endpoints real) implements Endpoints {
    @Override
    public <T extends Record> Source<Either<DeadLettered, T>, ?, ?> source(Topic<T> topic) {
      return real.source(topic);
    }

    @Override
    public Source<Either<DeadLettered, Projected>, ?, ?> source(
        Topic<?> topic, List<String> fields) {
      return real.source(topic, fields);
    }

    @Override
    public <T extends Record>
        Source<Either<DeadLettered, Tuple2<T, RecordOrigin>>, ?, ?> sourceWithOrigin(
            Topic<T> topic) {
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
      return real.publish(rows, topic, "renamed-" + uid);
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

  @Test
  void sameUids_isAccepted() throws Exception {
    StreamExecutionEnvironment env = heavyHitters(false, Map.of());

    assertThatCode(() -> SavepointCheck.requireKnownUids(env)).doesNotThrowAnyException();
  }

  @Test
  void renamedUid_isRefusedWithBothUids() throws Exception {
    StreamExecutionEnvironment env = heavyHitters(true, Map.of());

    assertThatThrownBy(() -> SavepointCheck.requireKnownUids(env))
        .isInstanceOf(ProgramParametrizationException.class)
        .hasMessageContaining("whose uid this job doesn't have: ")
        .hasMessageContaining("rankings-sink (")
        .hasMessageContaining("renamed-rankings-sink")
        .hasMessageContaining("--allowNonRestoredState");
  }

  @Test
  void renamedUid_whoseStateMayBeDropped_isAccepted() throws Exception {
    StreamExecutionEnvironment env =
        heavyHitters(true, Map.of("execution.state-recovery.ignore-unclaimed-state", "true"));

    assertThatCode(() -> SavepointCheck.requireKnownUids(env)).doesNotThrowAnyException();
  }

  @Test
  void savepointThatOnlyTheClusterSees_isLeftToIt() throws Exception {
    StreamExecutionEnvironment env =
        heavyHitters(true, Map.of("execution.state-recovery.path", "file:///no/such/savepoint"));

    assertThatCode(() -> SavepointCheck.requireKnownUids(env)).doesNotThrowAnyException();
  }

  private static StreamExecutionEnvironment heavyHitters(boolean renamed, Map<String, String> flink)
      throws Exception {
    JobConfig config =
        JobConfig.parse(
            new String[] {"--bootstrap", "127.0.0.1:9", "--stores", "none"}, HeavyHittersJob.JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    Map<String, String> settings = new HashMap<>(flink);
    settings.putIfAbsent("execution.state-recovery.path", SAVEPOINT);
    env.configure(Configuration.fromMap(settings));
    Endpoints kafka = new KafkaEndpoints(config);
    Method build =
        HeavyHittersJob.class.getDeclaredMethod(
            "build", StreamExecutionEnvironment.class, JobConfig.class, Endpoints.class);
    build.setAccessible(true);
    build.invoke(null, env, config, renamed ? new Renamed(kafka) : kafka);
    return env;
  }
}
