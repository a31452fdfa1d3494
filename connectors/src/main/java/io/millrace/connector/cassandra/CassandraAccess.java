package io.millrace.connector.cassandra;

import com.datastax.dse.driver.api.core.config.DseDriverOption;
import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import io.millrace.connector.cassandra.CassandraOptions.Consistency;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How to reach a cluster. It has the password, and shows it nowhere. */
final class CassandraAccess implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(10);
  private static final Duration FIRST_RECONNECT = Duration.ofMillis(200);
  private static final Duration LAST_RECONNECT = Duration.ofSeconds(5);

  /** For what is told that the session ends; less makes the client log that it could not tell. */
  private static final int QUIET_MILLIS = 100;

  private static final int SHUTDOWN_MILLIS = 5_000;
  private static final String MILLIS = TimeUnit.MILLISECONDS.name();

  @SuppressWarnings("serial") // A copied list can be serialized.
  private final List<InetSocketAddress> nodes;

  private final String datacenter;
  private final @Nullable String user;
  private final @Nullable String password;
  private final Consistency consistency;
  private final @Nullable Encryption encryption;

  /**
   * How connections are encrypted.
   *
   * @param trustStore file with the certificates to trust; null for those of the JVM
   * @param password opens it; null where it needs none
   */
  record Encryption(@Nullable String trustStore, @Nullable String password)
      implements Serializable {
    /** Shows no password. */
    @Override
    public String toString() {
      return "TLS, trusting " + (trustStore == null ? "whom the JVM trusts" : trustStore);
    }
  }

  CassandraAccess(
      List<InetSocketAddress> nodes,
      String datacenter,
      @Nullable String user,
      @Nullable String password,
      Consistency consistency,
      @Nullable Encryption encryption) {
    this.nodes = List.copyOf(nodes);
    this.datacenter = datacenter;
    this.user = user;
    this.password = password;
    this.consistency = consistency;
    this.encryption = encryption;
  }

  /** The nodes that were given, as they were given. */
  String addresses() {
    return nodes.stream()
        .map(node -> node.getHostString() + ":" + node.getPort())
        .collect(Collectors.joining(","));
  }

  String datacenter() {
    return datacenter;
  }

  /** How many replicas have a row when it counts as written. */
  ConsistencyLevel consistency() {
    return consistency.level();
  }

  /**
   * Opens a session.
   *
   * @param keyspace which one names without one are of
   * @param answerLimit how long an answer may take
   * @throws DriverException where no node takes it
   */
  CqlSession open(@Nullable String keyspace, Duration answerLimit) throws InterruptedException {
    ClassLoader classes = CassandraAccess.class.getClassLoader();
    CqlSessionBuilder builder =
        CqlSession.builder()
            .withClassLoader(classes)
            .withConfigLoader(config(classes, answerLimit))
            .withLocalDatacenter(datacenter)
            .withKeyspace(keyspace);
    nodes.forEach(builder::addContactPoint);
    if (user != null && password != null) {
      builder.withAuthCredentials(user, password);
    }
    CompletableFuture<CqlSession> opening = builder.buildAsync().toCompletableFuture();
    try {
      return await(opening);
    } catch (InterruptedException e) {
      CompletableFuture<Void> unused = opening.thenCompose(CqlSession::forceCloseAsync);
      throw e;
    }
  }

  /**
   * Waits for an answer.
   *
   * @throws DriverException where it is an error
   */
  static <T> T await(CompletionStage<T> answer) throws InterruptedException {
    try {
      return answer.toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DriverException failure) {
        throw failure;
      }
      throw new IllegalStateException("the client of Cassandra failed", e.getCause());
    }
  }

  private DriverConfigLoader config(ClassLoader classes, Duration answerLimit) {
    ProgrammaticDriverConfigLoaderBuilder config = DriverConfigLoader.programmaticBuilder(classes);
    if (encryption != null) {
      config.withString(DefaultDriverOption.SSL_ENGINE_FACTORY_CLASS, "DefaultSslEngineFactory");
      config.withBoolean(DefaultDriverOption.SSL_HOSTNAME_VALIDATION, true);
      if (encryption.trustStore != null) {
        config.withString(DefaultDriverOption.SSL_TRUSTSTORE_PATH, encryption.trustStore);
      }
      if (encryption.password != null) {
        config.withString(DefaultDriverOption.SSL_TRUSTSTORE_PASSWORD, encryption.password);
      }
    }
    return config
        .withString(DefaultDriverOption.REQUEST_CONSISTENCY, consistency.level().name())
        .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, answerLimit)
        .withDuration(DefaultDriverOption.CONNECTION_CONNECT_TIMEOUT, CONNECT_LIMIT)
        .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, CONNECT_LIMIT)
        .withDuration(DefaultDriverOption.HEARTBEAT_INTERVAL, HEARTBEAT_INTERVAL)
        .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, FIRST_RECONNECT)
        .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, LAST_RECONNECT)
        .withBoolean(DefaultDriverOption.RESOLVE_CONTACT_POINTS, false)
        .withBoolean(DseDriverOption.MONITOR_REPORTING_ENABLED, false)
        // Every writing task has a session of its own, by intent.
        .withInt(DefaultDriverOption.SESSION_LEAK_THRESHOLD, 0)
        .withBoolean(DefaultDriverOption.NETTY_DAEMON, true)
        .withInt(DefaultDriverOption.NETTY_IO_SIZE, 1)
        .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, QUIET_MILLIS)
        .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_TIMEOUT, SHUTDOWN_MILLIS)
        .withString(DefaultDriverOption.NETTY_IO_SHUTDOWN_UNIT, MILLIS)
        .withInt(DefaultDriverOption.NETTY_ADMIN_SIZE, 1)
        .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, QUIET_MILLIS)
        .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_TIMEOUT, SHUTDOWN_MILLIS)
        .withString(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_UNIT, MILLIS)
        .build();
  }
}
