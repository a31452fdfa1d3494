package io.millrace.connector.postgres;

import io.millrace.connector.store.Store;
import io.millrace.connector.store.StoreConnection;
import java.net.URI;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;

/**
 * A table of PostgreSQL: rows that replace each other by their versions, a batch in one
 * transaction; so a replay after a failure changes nothing.
 */
public final class PostgresStore implements Store<PostgresRow> {
  private static final long serialVersionUID = 1L;
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

  private final URI address;
  private final PostgresTable table;
  private final Duration answerLimit;

  private PostgresStore(URI address, PostgresTable table, Duration answerLimit) {
    this.address = address;
    this.table = table;
    this.answerLimit = answerLimit;
  }

  /**
   * A table of the database that the options name.
   *
   * @throws IllegalArgumentException where the option {@code postgres} is missing or malformed; the
   *     message says what to give
   */
  public static PostgresStore of(Configuration config, PostgresTable table) {
    return of(config, table, ANSWER_LIMIT);
  }

  /**
   * A table of the database that the options name.
   *
   * @param answerLimit after how long without an answer the server counts as away, in seconds
   */
  static PostgresStore of(Configuration config, PostgresTable table, Duration answerLimit) {
    return new PostgresStore(PostgresOptions.address(config), table, answerLimit);
  }

  @Override
  public String name() {
    return PostgresClient.name(address);
  }

  @Override
  public String target() {
    return "postgres:" + table.name();
  }

  @Override
  public String advice() {
    return "--postgres with its credentials, what that user may do, and table " + table.name();
  }

  @Override
  public StoreConnection<PostgresRow> connect() {
    return new PostgresConnection(address, table, answerLimit);
  }
}
