package io.millrace.connector.postgres;

import io.millrace.connector.store.StoreOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;

/** Checks, and where it is told to creates, the tables of a job before anything runs. */
public final class PostgresSchema {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

  /** Held by whoever creates tables: two that create one at the same time would both fail. */
  private static final long CREATION_LOCK = 0x6d696c6c72616365L;

  private PostgresSchema() {}

  /**
   * Checks that tables are there with their columns and keys, and that the user may write them.
   * With the option {@code create-tables} it runs the SQL file first, in one transaction; it must
   * change nothing where all is there: {@code CREATE TABLE IF NOT EXISTS}.
   *
   * @param owner the class beside which the file is in the jar
   * @param file its name, such as {@code balances.sql}
   * @throws IllegalArgumentException where the option {@code postgres} is missing or malformed
   * @throws IllegalStateException where the database does not answer, the file fails, or a table
   *     can't be written; the message says what to do
   */
  public static void prepare(
      Configuration config, List<PostgresTable> tables, Class<?> owner, String file) {
    URI address = PostgresOptions.address(config);
    String script = text(owner, file);
    boolean create = config.get(StoreOptions.CREATE_TABLES);
    try (Connection connection = PostgresClient.connect(address, ANSWER_LIMIT)) {
      if (create) {
        run(connection, address, file, script);
      }
      for (PostgresTable table : tables) {
        check(connection, address, table, file, create);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(
          PostgresClient.name(address)
              + " can't be used: "
              + PostgresClient.message(e)
              + "; check --postgres with its credentials, and that the server runs",
          e);
    }
  }

  private static void run(Connection connection, URI address, String file, String script)
      throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
      statement.execute(script);
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(
          String.format(
              "%s can't be run in %s: %s; let its owner run it, then start without"
                  + " --create-tables",
              file, PostgresClient.name(address), PostgresClient.message(e)),
          e);
    }
    connection.setAutoCommit(true);
  }

  /** To plan the statement is to check all that it needs, and writes nothing. */
  private static void check(
      Connection connection, URI address, PostgresTable table, String file, boolean created)
      throws SQLException {
    try (PreparedStatement plan = connection.prepareStatement("EXPLAIN " + table.upsert())) {
      for (int i = 1; i <= table.valueColumns().size() + 1; i++) {
        plan.setNull(i, Types.ARRAY);
      }
      plan.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(
          String.format(
              "table %s of %s can't be written: %s; %s",
              table.name(),
              PostgresClient.name(address),
              PostgresClient.message(e),
              created
                  ? "it has not the form that " + file + " gives it, or the user may not write it"
                  : "start with --create-tables true, or run " + file + " with psql first"),
          e);
    }
  }

  private static String text(Class<?> owner, String file) {
    try (InputStream in = owner.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is not in the jar beside " + owner.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(file + " can't be read from the jar", e);
    }
  }
}
