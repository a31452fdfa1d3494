package io.millrace.connector.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.millrace.connector.store.StoreOptions;
import io.millrace.connector.store.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;

/** Creates tables from the CQL files of this package, or makes sure that they are there. */
public final class CassandraSchema {
  /** A change of the schema reaches every node before it is answered. */
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);

  private static final int MOST_REPLICAS = 3;
  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*--.*$");

  private CassandraSchema() {}

  /**
   * Creates what is missing where the options say so, and makes sure that a table is there.
   *
   * @throws IllegalArgumentException where an option is missing or malformed, or the table is not
   *     there and can't be created; the message says what to do
   */
  public static void prepare(Configuration config, CassandraTable table) {
    try {
      if (config.get(StoreOptions.CREATE_TABLES)) {
        create(config, table);
      } else {
        require(config, table);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Cassandra for its tables", e);
    }
  }

  /**
   * Creates what is missing: the keyspace, with a replica on each node of the datacenter but on no
   * more than three, and what the table's file asks for. Two jobs must not do it at once.
   *
   * @throws IllegalArgumentException where an option is missing or malformed
   * @throws IOException where it can't be created, or is there in another form
   */
  public static void create(Configuration config, CassandraTable table)
      throws IOException, InterruptedException {
    CassandraAccess access = CassandraOptions.access(config);
    try {
      try (CqlSession session = access.open(null, ANSWER_LIMIT)) {
        createKeyspace(session, access, table.keyspace());
      }
      try (CqlSession session = access.open(table.keyspace(), ANSWER_LIMIT)) {
        for (String statement : statements(table.schemaFile())) {
          execute(session, SimpleStatement.newInstance(statement));
        }
      }
    } catch (DriverException e) {
      throw new IOException(
          String.format(
              "can't create %s in Cassandra at %s: %s; let a user create it with cqlsh -k %s -f %s",
              table.qualifiedName(),
              access.addresses(),
              e.getMessage(),
              table.keyspace(),
              table.schemaFile()),
          e);
    }
    require(config, table);
  }

  /**
   * Makes sure that a table is there and has its columns.
   *
   * @throws IllegalArgumentException where an option is missing or malformed
   * @throws IOException where it is not; the message names the file that creates it
   */
  public static void require(Configuration config, CassandraTable table)
      throws IOException, InterruptedException {
    CassandraStore store = CassandraStore.of(config, table);
    try (CassandraConnection connection =
        new CassandraConnection(CassandraOptions.access(config), ANSWER_LIMIT)) {
      connection.require(table);
    } catch (StoreUnavailableException e) {
      throw new IOException(
          String.format("%s: %s; check %s", store.name(), e.getMessage(), store.advice()), e);
    }
  }

  /** The statements of a file of this package, without comments. */
  static List<String> statements(String file) throws IOException {
    try (InputStream in = CassandraSchema.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IOException(file + " is not in the jar");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(COMMENT.matcher(text).replaceAll("").split(";", -1))
          .map(String::strip)
          .filter(statement -> !statement.isEmpty())
          .toList();
    }
  }

  /** A user who may only write into the keyspace need not be one who may create it. */
  private static void createKeyspace(CqlSession session, CassandraAccess access, String keyspace)
      throws IOException, InterruptedException {
    AsyncResultSet found =
        CassandraAccess.await(
            session.executeAsync(
                SimpleStatement.newInstance(
                    "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
                    keyspace)));
    if (found.one() != null) {
      return;
    }
    long nodes =
        session.getMetadata().getNodes().values().stream()
            .filter(node -> access.datacenter().equals(node.getDatacenter()))
            .count();
    // No parameters are allowed here; quotes in a name of CQL are doubled.
    execute(
        session,
        SimpleStatement.newInstance(
            String.format(
                "CREATE KEYSPACE IF NOT EXISTS %s WITH replication ="
                    + " {'class': 'NetworkTopologyStrategy', '%s': %d}",
                keyspace,
                access.datacenter().replace("'", "''"),
                Math.max(1, Math.min(nodes, MOST_REPLICAS)))));
  }

  private static void execute(CqlSession session, SimpleStatement statement)
      throws IOException, InterruptedException {
    AsyncResultSet result = CassandraAccess.await(session.executeAsync(statement));
    if (!result.getExecutionInfo().isSchemaInAgreement()) {
      throw new IOException(
          "the nodes of Cassandra do not agree on the schema yet; start the job again");
    }
  }
}
