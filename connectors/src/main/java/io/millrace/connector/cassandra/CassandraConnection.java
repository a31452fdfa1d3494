package io.millrace.connector.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.servererrors.CoordinatorException;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.millrace.connector.cassandra.CassandraTable.Column;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A session that inserts rows, each by itself and many at a time, and outlives the nodes' restarts.
 *
 * <p>There are no batches: of rows in different partitions they would make one node wait for all
 * the others.
 */
final class CassandraConnection implements StoreConnection<CassandraRow> {
  /** The most rows that are sent and not yet answered. */
  private static final int MAX_IN_FLIGHT = 256;

  /** The largest request; half of what a node takes with its stock configuration. */
  private static final int MAX_ROW_BYTES = 8 << 20;

  private static final int MAX_MESSAGE_LENGTH = 500;

  private final CassandraAccess access;
  private final Duration answerLimit;
  private final Map<CassandraTable, PreparedStatement> inserts = new HashMap<>();
  private @Nullable CqlSession session;

  /** A row that was sent. */
  private record Sent(CassandraRow row, CompletableFuture<AsyncResultSet> answer) {}

  /**
   * A connection that is opened when it is first used.
   *
   * @param answerLimit how long a node may take to answer
   */
  CassandraConnection(CassandraAccess access, Duration answerLimit) {
    this.access = access;
    this.answerLimit = answerLimit;
  }

  @Override
  public List<Refusal<CassandraRow>> write(List<CassandraRow> writes)
      throws StoreUnavailableException, InterruptedException {
    try {
      CqlSession open = opened();
      for (CassandraRow row : writes) {
        if (!inserts.containsKey(row.table())) {
          inserts.put(row.table(), prepare(open, row.table()));
        }
      }
      List<Refusal<CassandraRow>> refusals = new ArrayList<>();
      insert(open, writes, refusals);
      if (!refusals.isEmpty()) {
        requireTables(open, refusals);
      }
      return refusals;
    } catch (DriverException e) {
      if (nobodyAnswers(e)) {
        // The nodes that come back may be others.
        close();
      }
      throw new StoreUnavailableException(message(e), e);
    }
  }

  /**
   * Makes sure that a table can be written.
   *
   * @throws StoreUnavailableException where it can't; the message says why
   */
  void require(CassandraTable table) throws StoreUnavailableException, InterruptedException {
    try {
      prepare(opened(), table);
    } catch (DriverException e) {
      throw new StoreUnavailableException(message(e), e);
    }
  }

  @Override
  public void close() {
    CqlSession open = session;
    session = null;
    inserts.clear();
    if (open != null) {
      // What was sent was waited for, or belongs to a job that ends.
      open.forceCloseAsync().toCompletableFuture().join();
    }
  }

  private CqlSession opened() throws InterruptedException {
    CqlSession open = session;
    if (open == null) {
      open = access.open(null, answerLimit);
      session = open;
    }
    return open;
  }

  private static PreparedStatement prepare(CqlSession open, CassandraTable table)
      throws StoreUnavailableException, InterruptedException {
    SimpleStatement insert =
        SimpleStatement.builder(table.insert())
            .setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM)
            .setIdempotence(true)
            .build();
    PreparedStatement prepared;
    try {
      prepared = CassandraAccess.await(open.prepareAsync(insert));
    } catch (InvalidQueryException e) {
      throw new StoreUnavailableException(unusable(table) + ": " + message(e), e);
    }
    ColumnDefinitions variables = prepared.getVariableDefinitions();
    List<Column> columns = table.columns();
    for (int i = 0; i < columns.size(); i++) {
      if (!CassandraTable.isOfType(columns.get(i), variables.get(i).getType())) {
        throw new StoreUnavailableException(
            String.format(
                "%s: its column %s is of type %s",
                unusable(table),
                columns.get(i).name(),
                variables.get(i).getType().asCql(true, false)));
      }
    }
    return prepared;
  }

  private void insert(
      CqlSession open, List<CassandraRow> rows, List<Refusal<CassandraRow>> refusals)
      throws InterruptedException {
    Queue<Sent> inFlight = new ArrayDeque<>(MAX_IN_FLIGHT);
    try {
      for (CassandraRow row : rows) {
        if (inFlight.size() == MAX_IN_FLIGHT) {
          settle(inFlight.remove(), refusals);
        }
        try {
          BoundStatement insert = bound(open, row);
          if (insert.computeSizeInBytes(open.getContext()) > MAX_ROW_BYTES) {
            // A node may end the connection over it, and with that what others wait for.
            refusals.add(new Refusal<>(row, "the row is larger than 8 MiB"));
          } else {
            inFlight.add(new Sent(row, open.executeAsync(insert).toCompletableFuture()));
          }
        } catch (CodecNotFoundException e) {
          refusals.add(new Refusal<>(row, message(e)));
        }
      }
      while (!inFlight.isEmpty()) {
        settle(inFlight.remove(), refusals);
      }
    } catch (DriverException e) {
      awaitAll(inFlight);
      throw e;
    }
  }

  private BoundStatement bound(CqlSession open, CassandraRow row) {
    PreparedStatement insert = inserts.get(row.table());
    if (insert == null) {
      throw new IllegalStateException("there is no statement for " + row.table().qualifiedName());
    }
    CodecRegistry codecs = open.getContext().getCodecRegistry();
    ColumnDefinitions variables = insert.getVariableDefinitions();
    List<@Nullable Object> values = row.values();
    BoundStatementBuilder builder = insert.boundStatementBuilder();
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      if (value != null) {
        TypeCodec<Object> codec = codecs.codecFor(variables.get(i).getType(), value);
        builder = builder.set(i, value, codec);
      }
    }
    return builder.setLong(values.size(), row.version()).build();
  }

  /** Waits for an answer; one that is an error of the row refuses it. */
  private static void settle(Sent sent, List<Refusal<CassandraRow>> refusals)
      throws InterruptedException {
    try {
      CassandraAccess.await(sent.answer);
    } catch (InvalidQueryException e) {
      refusals.add(new Refusal<>(sent.row, message(e)));
    }
  }

  /** Waits until nothing is under way, so that what is tried again does not pile up. */
  private static void awaitAll(Queue<Sent> inFlight) throws InterruptedException {
    List<Refusal<CassandraRow>> ignored = new ArrayList<>();
    for (Sent each : inFlight) {
      try {
        settle(each, ignored);
      } catch (DriverException passing) {
        // One of them was thrown already, and all are written again.
      }
    }
  }

  /** A table that has gone refuses all rows, and is the fault of none. */
  private void requireTables(CqlSession open, List<Refusal<CassandraRow>> refusals)
      throws StoreUnavailableException, InterruptedException {
    Set<CassandraTable> tables = new HashSet<>();
    refusals.forEach(refusal -> tables.add(refusal.write().table()));
    for (CassandraTable table : tables) {
      AsyncResultSet found =
          CassandraAccess.await(
              open.executeAsync(
                  SimpleStatement.newInstance(
                      "SELECT column_name, type FROM system_schema.columns"
                          + " WHERE keyspace_name = ? AND table_name = ?",
                      table.keyspace(),
                      table.name())));
      Map<String, String> types = new HashMap<>();
      for (Row row : found.currentPage()) {
        types.put(
            String.valueOf(row.getString("column_name")), String.valueOf(row.getString("type")));
      }
      for (Column column : table.columns()) {
        if (!column.type().equals(types.get(column.name()))) {
          inserts.remove(table);
          throw new StoreUnavailableException(
              String.format(
                  "%s: it has no column %s of type %s",
                  unusable(table), column.name(), column.type()));
        }
      }
    }
  }

  private static String unusable(CassandraTable table) {
    return String.format(
        "the table %s is not as %s creates it", table.qualifiedName(), table.schemaFile());
  }

  /** Whether not one node has answered, not even with an error. */
  private static boolean nobodyAnswers(DriverException e) {
    return e instanceof AllNodesFailedException failed
        && failed.getAllErrors().values().stream()
            .flatMap(List::stream)
            .noneMatch(CoordinatorException.class::isInstance);
  }

  private static String message(Throwable e) {
    String text = e.getClass().getSimpleName() + ": " + e.getMessage();
    return text.length() <= MAX_MESSAGE_LENGTH ? text : text.substring(0, MAX_MESSAGE_LENGTH);
  }
}
