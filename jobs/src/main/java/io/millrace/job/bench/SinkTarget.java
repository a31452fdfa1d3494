package io.millrace.job.bench;

import io.millrace.connector.cassandra.CassandraStore;
import io.millrace.connector.cassandra.CassandraTable;
import io.millrace.connector.cassandra.ListeningEvents;
import io.millrace.connector.opensearch.OpenSearchStore;
import io.millrace.connector.postgres.PostgresOptions;
import io.millrace.connector.postgres.PostgresStore;
import io.millrace.connector.redis.RedisOptions;
import io.millrace.connector.redis.RedisStore;
import io.millrace.connector.store.Store;
import io.millrace.connector.store.StoreWrite;
import io.millrace.connector.store.StoreWriter;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.listening.SongPlayed;
import java.sql.SQLException;
import java.util.Locale;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.function.SerializableFunction;

/** A store that rows are written to, and what they are there. */
enum SinkTarget {
  /** A sorted set and a hash each. */
  REDIS_SORTED_SET,
  /** A string each. */
  REDIS_STRING,
  /** Rows of a table, the newest of each key. */
  POSTGRES,
  /** Rows of a history. */
  CASSANDRA,
  /** Documents. */
  OPENSEARCH;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The store as one uses it by hand. */
  PlainStore open(Configuration config) throws SQLException {
    return switch (this) {
      case REDIS_SORTED_SET -> new PlainRedis(redis(config), PlainRedis.Form.SORTED_SET);
      case REDIS_STRING -> new PlainRedis(redis(config), PlainRedis.Form.STRING);
      case POSTGRES -> new PlainPostgres(String.valueOf(config.get(PostgresOptions.POSTGRES)));
      case CASSANDRA -> new PlainCassandra(config);
      case OPENSEARCH -> new PlainOpenSearch(config);
    };
  }

  /** Writes rows as a job does. */
  SingleOutputStreamOperator<DeadLettered> write(
      DataStream<SongPlayed> rows, Configuration config) {
    switch (this) {
      case REDIS_SORTED_SET -> {
        return write(rows, PlainRedis.Form.SORTED_SET::write, RedisStore.of(config, "play-<n>"));
      }
      case REDIS_STRING -> {
        return write(rows, PlainRedis.Form.STRING::write, RedisStore.of(config, "play-<n>"));
      }
      case POSTGRES -> {
        return write(rows, PlainPostgres::row, PostgresStore.of(config, PlainPostgres.TABLE));
      }
      case CASSANDRA -> {
        CassandraTable table = ListeningEvents.table(config);
        return write(
            rows,
            ListeningEvents.rows(table, ListeningEvents.HOUR),
            CassandraStore.of(config, table));
      }
      case OPENSEARCH -> {
        return write(
            rows,
            new PlainOpenSearch.Documents(),
            OpenSearchStore.of(config, PlainOpenSearch.INDEX));
      }
    }
    throw new IllegalStateException("no such store: " + this);
  }

  private static <W extends StoreWrite> SingleOutputStreamOperator<DeadLettered> write(
      DataStream<SongPlayed> rows, SerializableFunction<SongPlayed, W> write, Store<W> store) {
    return StoreWriter.write(rows, SongPlayed.class, write, store, SinkJob.JOB.name());
  }

  private static String redis(Configuration config) {
    return String.valueOf(config.get(RedisOptions.REDIS));
  }
}
