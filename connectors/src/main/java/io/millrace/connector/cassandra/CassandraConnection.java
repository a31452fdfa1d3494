package io.millrace.connector.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.servererrors.CoordinatorException;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.millrace.connector.cassandra.CassandraTable.Column;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreUnavailableException;
import java.nio.ByteBuffer;
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
 * A session that inserts rows, many at a time, and outlives the nodes' restarts.
 *
 * <p>Rows of one partition go together in small batches, which one node writes in one step. There
 * are no others: they would make one node wait for all.
 */
final class CassandraConnection implements StoreConnection<CassandraRow> {
  /** The most requests that are sent and not yet answered. */
  private static final int MAX_IN_FLIGHT = 128;

  /** A batch is sent when it has so much; a node warns of batches from 5 KiB on. */
  private static final int BATCH_BYTES = 3 << 10;

  /** The largest request; half of what a node takes with its stock configuration. */
  private static final int MAX_ROW_BYTES = 8 << 20;

  private static final int MAX_MESSAGE_LENGTH = 500;

  private final CassandraAccess access;
  private final Duration answerLimit;
  private final Map<CassandraTable, PreparedStatement> inserts = new HashMap<>();
  private @Nullable CqlSession session;

  /** Rows that were sent in one request. */
  private record Sent(List<CassandraRow> rows, CompletableFuture<AsyncResultSet> answer) {}

  /** Rows of one partition that wait until there are enough of them. */
  private static final class Batch {
    private final List<CassandraRow> rows = new ArrayList<>();
    private final List<BoundStatement> inserts = new ArrayList<>();
    private int bytes;

    private Statement<?> statement(ConsistencyLevel consistency) {
      return inserts.size() == 1
          ? inserts.get(0)
          : BatchStatement.newInstance(BatchType.UNLOGGED)
              .addAll(inserts)
              .setConsistencyLevel(consistency)
              .setIdempotent(true);
    }
  }

  /** What batches are by: a table and the bytes of a partition's key. */
  private record Partition(CassandraTable table, ByteBuffer key) {}

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
      List<Refusal<CassandraRow>> refusals = insertAll(open, writes);
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

  private PreparedStatement prepare(CqlSession open, CassandraTable table)
      throws StoreUnavailableException, InterruptedException {
    SimpleStatement insert =
        SimpleStatement.builder(table.insert())
            .setConsistencyLevel(access.consistency())
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

  /** Inserts again what failed for now, for as long as some of it gets through. */
  private List<Refusal<CassandraRow>> insertAll(CqlSession open, List<CassandraRow> writes)
      throws InterruptedException {
    List<Refusal<CassandraRow>> refusals = new ArrayList<>();
    List<CassandraRow> left = writes;
    while (!left.isEmpty()) {
      Answers answers = new Answers();
      insert(open, left, BATCH_BYTES, answers);
      if (!answers.alone.isEmpty()) {
        // One of a batch is refused; which one, each says by itself.
        List<CassandraRow> alone = List.copyOf(answers.alone);
        answers.alone.clear();
        insert(open, alone, 0, answers);
      }
      if (answers.failure != null && answers.settled == 0) {
        throw answers.failure;
      }
      refusals.addAll(answers.refusals);
      left = answers.failed;
    }
    return refusals;
  }

  /** What the nodes said to the requests of one round. */
  private static final class Answers {
    private final List<Refusal<CassandraRow>> refusals = new ArrayList<>();

    /** Rows of the batches that were refused. */
    private final List<CassandraRow> alone = new ArrayList<>();

    /** Rows whose requests failed for now, or were not sent for the failures before. */
    private final List<CassandraRow> failed = new ArrayList<>();

    private int settled;
    private int failures;
    private @Nullable DriverException failure;

    /** Whether so much fails that it is not worth to send more. */
    boolean mostFail() {
      return failures > settled;
    }

    /** Waits for an answer; one that is an error of a row refuses it, or all of its batch. */
    void settle(Sent sent) throws InterruptedException {
      try {
        CassandraAccess.await(sent.answer);
        settled++;
      } catch (InvalidQueryException e) {
        settled++;
        if (sent.rows.size() > 1) {
          alone.addAll(sent.rows);
        } else {
          refusals.add(new Refusal<>(sent.rows.get(0), message(e)));
        }
      } catch (DriverException e) {
        failures++;
        failure = e;
        failed.addAll(sent.rows);
      }
    }
  }

  /**
   * Inserts rows, and returns when all that was sent is answered.
   *
   * @param batchBytes a batch is sent when it has so much; 0 where each row goes by itself
   */
  private void insert(CqlSession open, List<CassandraRow> rows, int batchBytes, Answers answers)
      throws InterruptedException {
    Map<Partition, Batch> batches = new HashMap<>();
    Queue<Sent> inFlight = new ArrayDeque<>(MAX_IN_FLIGHT);
    for (CassandraRow row : rows) {
      BoundStatement insert;
      try {
        insert = bound(open, row);
      } catch (CodecNotFoundException e) {
        answers.refusals.add(new Refusal<>(row, message(e)));
        continue;
      }
      int bytes = insert.computeSizeInBytes(open.getContext());
      if (bytes > MAX_ROW_BYTES) {
        // A node may end the connection over it, and with that what others wait for.
        answers.refusals.add(new Refusal<>(row, "the row is larger than 8 MiB"));
        continue;
      }
      Partition partition = new Partition(row.table(), partitionOf(insert));
      Batch batch = batches.computeIfAbsent(partition, any -> new Batch());
      batch.rows.add(row);
      batch.inserts.add(insert);
      batch.bytes += bytes;
      if (batch.bytes >= batchBytes) {
        batches.remove(partition);
        send(open, batch, inFlight, answers);
      }
    }
    for (Batch batch : batches.values()) {
      send(open, batch, inFlight, answers);
    }
    while (!inFlight.isEmpty()) {
      answers.settle(inFlight.remove());
    }
  }

  private static ByteBuffer partitionOf(BoundStatement insert) {
    ByteBuffer key = insert.getRoutingKey();
    if (key == null) {
      throw new IllegalStateException("the driver does not tell a row's partition");
    }
    return key;
  }

  private void send(CqlSession open, Batch batch, Queue<Sent> inFlight, Answers answers)
      throws InterruptedException {
    if (inFlight.size() == MAX_IN_FLIGHT) {
      answers.settle(inFlight.remove());
    }
    if (answers.mostFail()) {
      answers.failed.addAll(batch.rows);
      return;
    }
    inFlight.add(
        new Sent(
            batch.rows,
            open.executeAsync(batch.statement(access.consistency())).toCompletableFuture()));
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
