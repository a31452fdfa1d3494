package io.millrace.connector.postgres;

import io.millrace.connector.postgres.PostgresTable.Column;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreUnavailableException;
import java.lang.reflect.Array;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that writes batches of rows, and outlives the server's restarts. */
final class PostgresConnection implements StoreConnection<PostgresRow> {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresConnection.class);

  /*
   * Classes of errors that are a row's fault, and that time does not mend: a batch that names a row
   * twice, values out of range, constraints, checks of views, limits such as that of an index
   * entry, and what triggers raise. All other errors are taken for something that may pass: to hold
   * the job back loses nothing, to refuse all its rows would.
   */
  private static final Set<String> ROWS_FAULTS = Set.of("21", "22", "23", "44", "54", "P0");

  private static final int CLASS_LENGTH = 2;

  private final URI address;
  private final Duration answerLimit;
  private final List<Column> columns;
  private final String upsert;
  private @Nullable Connection connection;

  /**
   * A connection that is opened when it is first used.
   *
   * @param address a valid address, of {@link PostgresOptions#address}
   * @param answerLimit after how long without an answer the server counts as away
   */
  PostgresConnection(URI address, PostgresTable table, Duration answerLimit) {
    this.address = address;
    this.answerLimit = answerLimit;
    this.columns = table.valueColumns();
    this.upsert = table.upsert();
  }

  @Override
  public List<Refusal<PostgresRow>> write(List<PostgresRow> writes)
      throws StoreUnavailableException {
    List<Refusal<PostgresRow>> refusals = new ArrayList<>();
    List<PostgresRow> rows = new ArrayList<>(writes.size());
    for (PostgresRow row : writes) {
      // The driver would write a question mark in its place.
      if (row.hasUtf8Form()) {
        rows.add(row);
      } else {
        refusals.add(new Refusal<>(row, "a text holds half of a character"));
      }
    }
    if (rows.isEmpty()) {
      return refusals;
    }
    try {
      Connection open = connection;
      if (open == null) {
        open = PostgresClient.connect(address, answerLimit);
        connection = open;
      }
      try (PreparedStatement statement = open.prepareStatement(upsert)) {
        statement.setQueryTimeout(cancelSeconds());
        write(open, statement, rows, refusals);
      }
      return refusals;
    } catch (SQLException e) {
      close();
      throw new StoreUnavailableException(PostgresClient.message(e), e);
    }
  }

  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (SQLException e) {
      LOG.debug("The connection to PostgreSQL was broken when it was closed", e);
    }
  }

  /**
   * Writes rows in one transaction, which a single statement is. Where one of them is at fault, it
   * halves them until that one is alone.
   */
  private void write(
      Connection open,
      PreparedStatement statement,
      List<PostgresRow> rows,
      List<Refusal<PostgresRow>> refusals)
      throws SQLException {
    try {
      bind(open, statement, rows);
      statement.executeUpdate();
    } catch (SQLException e) {
      if (!isRowsFault(e)) {
        throw e;
      }
      if (rows.size() == 1) {
        refusals.add(new Refusal<>(rows.get(0), PostgresClient.message(e)));
        return;
      }
      int middle = rows.size() / 2;
      write(open, statement, rows.subList(0, middle), refusals);
      write(open, statement, rows.subList(middle, rows.size()), refusals);
    }
  }

  private void bind(Connection open, PreparedStatement statement, List<PostgresRow> rows)
      throws SQLException {
    for (int column = 0; column < columns.size(); column++) {
      PostgresType type = columns.get(column).type();
      Object[] values = (Object[]) Array.newInstance(type.sentClass(), rows.size());
      for (int row = 0; row < values.length; row++) {
        Object value = rows.get(row).value(column);
        values[row] =
            value == null || type.sentClass().isInstance(value) ? value : value.toString();
      }
      statement.setArray(column + 1, open.createArrayOf(type.sql(), values));
    }
    Long[] versions = new Long[rows.size()];
    for (int row = 0; row < versions.length; row++) {
      versions[row] = rows.get(row).version();
    }
    statement.setArray(columns.size() + 1, open.createArrayOf(PostgresType.BIGINT.sql(), versions));
  }

  private int cancelSeconds() {
    return (int) Math.max(1, answerLimit.minus(PostgresClient.cancelLead(answerLimit)).toSeconds());
  }

  private static boolean isRowsFault(SQLException e) {
    String state = e.getSQLState();
    return state != null
        && state.length() > CLASS_LENGTH
        && ROWS_FAULTS.contains(state.substring(0, CLASS_LENGTH));
  }
}
