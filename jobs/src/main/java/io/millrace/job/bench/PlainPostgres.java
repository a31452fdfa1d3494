package io.millrace.job.bench;

import io.millrace.connector.postgres.PostgresRow;
import io.millrace.connector.postgres.PostgresTable;
import io.millrace.connector.postgres.PostgresTable.Column;
import io.millrace.connector.postgres.PostgresType;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/** PostgreSQL by hand: one prepared upsert, each of whose parameters is a column of a batch. */
final class PlainPostgres implements PlainStore {
  /** The table of the rows, as the sink knows it. */
  static final PostgresTable TABLE =
      new PostgresTable(
          "sink_rows",
          List.of(new Column("play_id", PostgresType.TEXT)),
          List.of(
              new Column("song_id", PostgresType.TEXT),
              new Column("user_id", PostgresType.TEXT),
              new Column("region", PostgresType.TEXT),
              new Column("duration_played_millis", PostgresType.BIGINT)),
          "at");

  private static final String CREATE =
      "CREATE TABLE sink_rows (play_id text PRIMARY KEY, song_id text, user_id text, region text,"
          + " duration_played_millis bigint, at bigint NOT NULL)";
  private static final String UPSERT =
      "INSERT INTO sink_rows AS stored"
          + " (play_id, song_id, user_id, region, duration_played_millis, at)"
          + " SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::int8[])"
          + " ON CONFLICT (play_id) DO UPDATE SET song_id = excluded.song_id,"
          + " user_id = excluded.user_id, region = excluded.region,"
          + " duration_played_millis = excluded.duration_played_millis, at = excluded.at"
          + " WHERE excluded.at > stored.at";
  private static final String SELECT =
      "SELECT play_id, at, song_id, user_id, region, duration_played_millis FROM sink_rows";

  private final Connection client;
  private final List<SongPlayed> batch = new ArrayList<>(BATCH_ROWS);
  private @Nullable PreparedStatement upsert;

  /**
   * A database.
   *
   * @param address {@code postgresql://user:password@host:port/database}
   */
  PlainPostgres(String address) throws SQLException {
    URI uri = URI.create(address);
    Properties properties = new Properties();
    String[] user = uri.getUserInfo().split(":", 2);
    properties.setProperty("user", user[0]);
    properties.setProperty("password", user[1]);
    Connection connection =
        new Driver()
            .connect(
                "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(),
                properties);
    if (connection == null) {
      throw new SQLException("the driver takes no such address");
    }
    client = connection;
  }

  /** A row as the sink gets it. */
  static PostgresRow row(SongPlayed row) {
    return TABLE.row(
        List.of(row.playId()),
        row.at(),
        row.songId(),
        row.userId(),
        row.region(),
        row.durationPlayedMillis());
  }

  @Override
  public void clear() throws SQLException {
    try (Statement statement = client.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS sink_rows");
      statement.execute(CREATE);
    }
  }

  @Override
  public void write(SongPlayed row) throws SQLException {
    batch.add(row);
    if (batch.size() == BATCH_ROWS) {
      flush();
    }
  }

  @Override
  public void flush() throws SQLException {
    if (batch.isEmpty()) {
      return;
    }
    if (upsert == null) {
      upsert = client.prepareStatement(UPSERT);
    }
    int rows = batch.size();
    String[] plays = new String[rows];
    String[] songs = new String[rows];
    String[] users = new String[rows];
    String[] regions = new String[rows];
    Long[] durations = new Long[rows];
    Long[] times = new Long[rows];
    for (int i = 0; i < rows; i++) {
      SongPlayed row = batch.get(i);
      plays[i] = row.playId();
      songs[i] = row.songId();
      users[i] = row.userId();
      regions[i] = row.region();
      durations[i] = row.durationPlayedMillis();
      times[i] = row.at();
    }
    upsert.setArray(1, client.createArrayOf("text", plays));
    upsert.setArray(2, client.createArrayOf("text", songs));
    upsert.setArray(3, client.createArrayOf("text", users));
    upsert.setArray(4, client.createArrayOf("text", regions));
    upsert.setArray(5, client.createArrayOf("int8", durations));
    upsert.setArray(6, client.createArrayOf("int8", times));
    upsert.executeUpdate();
    batch.clear();
  }

  @Override
  public void read(int numbers, SinkRows found) throws SQLException {
    client.setAutoCommit(false);
    try (Statement statement = client.createStatement()) {
      statement.setFetchSize(BATCH_ROWS);
      try (ResultSet rows = statement.executeQuery(SELECT)) {
        while (rows.next()) {
          found.found(
              new SongPlayed(
                  rows.getString(1),
                  rows.getLong(2),
                  rows.getString(3),
                  rows.getString(4),
                  rows.getString(5),
                  rows.getLong(6),
                  null,
                  null));
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      client.close();
    } catch (SQLException e) {
      throw new IOException("the connection to PostgreSQL could not be closed", e);
    }
  }
}
