package io.millrace.connector.cassandra;

import io.millrace.connector.store.Store;
import io.millrace.connector.store.StoreConnection;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;

/**
 * Cassandra: rows that are written whole, each with the time that its data says; so a replay after
 * a failure changes nothing, and an older row does not replace a newer one.
 */
public final class CassandraStore implements Store<CassandraRow> {
  private static final long serialVersionUID = 1L;

  /** How long a node may take to answer. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final CassandraAccess access;
  private final String target;
  private final Duration answerLimit;

  private CassandraStore(CassandraAccess access, String target, Duration answerLimit) {
    this.access = access;
    this.target = target;
    this.answerLimit = answerLimit;
  }

  /**
   * The cluster that the options name.
   *
   * @param table what is written, for people
   * @throws IllegalArgumentException where an option is missing or malformed; the message says what
   *     to give
   */
  public static CassandraStore of(Configuration config, CassandraTable table) {
    return of(config, table, ANSWER_LIMIT);
  }

  static CassandraStore of(Configuration config, CassandraTable table, Duration answerLimit) {
    return new CassandraStore(
        CassandraOptions.access(config), "cassandra:" + table.name(), answerLimit);
  }

  @Override
  public String name() {
    return "Cassandra at " + access.addresses();
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public String advice() {
    return "--cassandra, --cassandra-datacenter, --cassandra-keyspace, --cassandra-user with its"
        + " password, --cassandra-tls, and what that user may do";
  }

  @Override
  public StoreConnection<CassandraRow> connect() {
    return new CassandraConnection(access, answerLimit);
  }
}
