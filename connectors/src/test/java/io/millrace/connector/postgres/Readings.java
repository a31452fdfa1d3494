package io.millrace.connector.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.store.StoreOptions;
import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.store.LocalPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;

/** The table {@code readings}, as tests write and read it. */
final class Readings {
  static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

  private Readings() {}

  static Configuration config(LocalPostgres postgres) {
    return config(postgres, postgres.user() + ":");
  }

  static Configuration config(LocalPostgres postgres, String credentials) {
    return new Configuration()
        .set(
            PostgresOptions.POSTGRES,
            "postgresql://" + credentials + "@" + postgres.address() + "/" + postgres.database());
  }

  static StoreWriterRun<Reading, PostgresRow> writer(Configuration config) throws Exception {
    return writer(config, PATIENCE, ANSWER_LIMIT);
  }

  static StoreWriterRun<Reading, PostgresRow> writer(
      Configuration config, Duration patience, Duration answerLimit) throws Exception {
    return StoreWriterRun.of(
        Reading.class,
        Reading::row,
        PostgresStore.of(config, Reading.TABLE, answerLimit),
        patience);
  }

  /** Writes those from {@code first} to before {@code end}, over {@code keys} keys, and flushes. */
  static void write(StoreWriterRun<Reading, PostgresRow> writer, long first, long end, long keys)
      throws Exception {
    for (long n = first; n < end; n++) {
      writer.write(Reading.of(n, keys));
    }
    writer.flush();
  }

  static Connection connect(LocalPostgres postgres) throws SQLException {
    URI address = PostgresOptions.address(config(postgres));
    return PostgresClient.connect(address, ANSWER_LIMIT);
  }

  static void create(LocalPostgres postgres) {
    PostgresSchema.prepare(
        config(postgres).set(StoreOptions.CREATE_TABLES, true),
        List.of(Reading.TABLE),
        Readings.class,
        "readings.sql");
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    }
  }

  /** After {@code total} readings over {@code keys} keys the table holds the last of each only. */
  static void assertHoldsTheLast(Connection connection, long total, long keys) throws SQLException {
    String right =
        String.format(
            "SELECT count(*) FROM generate_series(%1$d - %2$d, %1$d - 1) AS n JOIN readings r"
                + " ON r.id = 'reading-' || n %% %2$d AND r.version = n AND r.amount = n"
                + " AND r.body = 'body of ' || n",
            total, keys);
    assertThat(query(connection, right)).isEqualTo(String.valueOf(keys));
    assertThat(query(connection, "SELECT count(*) FROM readings")).isEqualTo(String.valueOf(keys));
  }

  static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
