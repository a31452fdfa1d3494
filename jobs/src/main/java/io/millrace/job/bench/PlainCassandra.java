package io.millrace.job.bench;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.millrace.connector.cassandra.CassandraOptions;
import io.millrace.connector.cassandra.CassandraSchema;
import io.millrace.connector.cassandra.ListeningEvents;
import io.millrace.schema.listening.SongPlayed;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * Cassandra by hand: inserts with the times of the data, those of one partition in small batches,
 * and so many of these under way that the node is never idle.
 */
final class PlainCassandra implements PlainStore {
  private static final int IN_FLIGHT = 128;

  /** As many as the sink takes, whose batches are of 3 KiB. */
  private static final int BATCH = 20;

  private static final long MICROS_PER_MILLI = 1_000;
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);
  private static final String INSERT =
      "INSERT INTO listening_events (region, bucket, at, play_id, song_id, user_id,"
          + " duration_played_millis) VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?";
  private static final String SELECT =
      "SELECT play_id, at, song_id, user_id, region, duration_played_millis, title, artist"
          + " FROM listening_events";

  private final Configuration config;
  private final Map<Partition, List<BoundStatement>> batches = new HashMap<>();
  private final Queue<CompletableFuture<AsyncResultSet>> inFlight = new ArrayDeque<>();
  private @Nullable CqlSession session;
  private @Nullable PreparedStatement insert;

  /** A cluster, by the options of the sink. */
  PlainCassandra(Configuration config) {
    this.config = config;
  }

  /** What rows are batched by. */
  private record Partition(String region, Instant bucket) {}

  @Override
  public void clear() throws Exception {
    CassandraSchema.create(config, ListeningEvents.table(config));
    session().execute(SimpleStatement.newInstance("TRUNCATE listening_events"));
  }

  @Override
  public void write(SongPlayed row) throws Exception {
    PreparedStatement prepared = insert;
    if (prepared == null) {
      prepared = session().prepare(SimpleStatement.newInstance(INSERT).setIdempotent(true));
      insert = prepared;
    }
    long hour = ListeningEvents.HOUR.toMillis();
    Instant bucket = Instant.ofEpochMilli(row.at() - Math.floorMod(row.at(), hour));
    List<BoundStatement> batch =
        batches.computeIfAbsent(new Partition(row.region(), bucket), any -> new ArrayList<>(BATCH));
    batch.add(
        prepared.bind(
            row.region(),
            bucket,
            Instant.ofEpochMilli(row.at()),
            row.playId(),
            row.songId(),
            row.userId(),
            row.durationPlayedMillis(),
            row.at() * MICROS_PER_MILLI));
    if (batch.size() == BATCH) {
      send(batch);
    }
  }

  @Override
  public void flush() throws Exception {
    for (List<BoundStatement> batch : batches.values()) {
      if (!batch.isEmpty()) {
        send(batch);
      }
    }
    batches.clear();
    while (!inFlight.isEmpty()) {
      inFlight.remove().get();
    }
  }

  @Override
  public void read(int numbers, SinkRows found) {
    for (Row row : session().execute(SimpleStatement.newInstance(SELECT))) {
      Instant at = row.getInstant("at");
      found.found(
          new SongPlayed(
              text(row, "play_id"),
              at == null ? 0 : at.toEpochMilli(),
              text(row, "song_id"),
              text(row, "user_id"),
              text(row, "region"),
              row.getLong("duration_played_millis"),
              row.getString("title"),
              row.getString("artist")));
    }
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }

  private void send(List<BoundStatement> batch) throws Exception {
    if (inFlight.size() == IN_FLIGHT) {
      inFlight.remove().get();
    }
    inFlight.add(
        session()
            .executeAsync(
                BatchStatement.newInstance(BatchType.UNLOGGED).addAll(batch).setIdempotent(true))
            .toCompletableFuture());
    batch.clear();
  }

  private CqlSession session() {
    CqlSession open = session;
    if (open == null) {
      open = connect();
      session = open;
    }
    return open;
  }

  private CqlSession connect() {
    ClassLoader classes = PlainCassandra.class.getClassLoader();
    CqlSessionBuilder builder =
        CqlSession.builder()
            .withClassLoader(classes)
            .withConfigLoader(
                DriverConfigLoader.programmaticBuilder(classes)
                    .withString(
                        DefaultDriverOption.REQUEST_CONSISTENCY,
                        ConsistencyLevel.LOCAL_QUORUM.name())
                    .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, ANSWER_LIMIT)
                    .withBoolean(DefaultDriverOption.NETTY_DAEMON, true)
                    .build())
            .withLocalDatacenter(config.get(CassandraOptions.DATACENTER))
            .withKeyspace(config.get(CassandraOptions.KEYSPACE));
    String[] address = String.valueOf(config.get(CassandraOptions.CASSANDRA)).split(":", 2);
    builder.addContactPoint(new InetSocketAddress(address[0], Integer.parseInt(address[1])));
    String user = config.get(CassandraOptions.USER);
    String password = config.get(CassandraOptions.PASSWORD);
    if (user != null && password != null) {
      builder.withAuthCredentials(user, password);
    }
    return builder.build();
  }

  private static String text(Row row, String column) {
    return String.valueOf(row.getString(column));
  }
}
