package io.millrace.local.fault;

import io.millrace.local.store.LocalCassandra;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A Cassandra node with users, and what befalls it. */
final class CassandraUnderFaults implements StoreUnderFaults {
  private static final Duration USERS_LIMIT = Duration.ofMinutes(1);
  private static final Duration POLL = Duration.ofMillis(200);

  private final LocalCassandra cassandra;
  private final CommandProxy proxy;

  CassandraUnderFaults(LocalCassandra cassandra) throws IOException, InterruptedException {
    this.cassandra = cassandra;
    this.proxy = CommandProxy.ofCassandra(cassandra.port());
    awaitFirstUser();
    cassandra.execute(
        "CREATE ROLE "
            + USER
            + " WITH PASSWORD = '"
            + PASSWORD
            + "' AND LOGIN = true AND SUPERUSER = true");
  }

  /** The node makes its first user a moment after it answers. */
  private void awaitFirstUser() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + USERS_LIMIT.toNanos();
    while (true) {
      try {
        cassandra.execute("LIST ROLES");
        return;
      } catch (IOException notYet) {
        if (System.nanoTime() > deadline) {
          throw notYet;
        }
        Thread.sleep(POLL.toMillis());
      }
    }
  }

  @Override
  public List<String> arguments(Outage outage) {
    return List.of(
        "--sink",
        "cassandra",
        "--cassandra",
        outage == Outage.ERRORS ? proxy.address() : cassandra.address(),
        "--cassandra-user",
        USER,
        "--cassandra-password",
        PASSWORD);
  }

  @Override
  public void begin(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> cassandra.process().kill();
      case HANGING -> cassandra.process().suspend();
      case ERRORS -> proxy.failOneOf(FAILS_ONE_OF);
      // Connections that are open stay, but no statement is allowed on them any more.
      case REVOKED -> {
        alter(ANOTHER_PASSWORD, false);
        // Who makes a table may write it, whatever else it may.
        revoke("KEYSPACE millrace");
        revoke("TABLE millrace.listening_events");
      }
    }
  }

  @Override
  public void end(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> cassandra.restart();
      case HANGING -> cassandra.process().resume();
      case ERRORS -> proxy.failOneOf(0);
      case REVOKED -> alter(PASSWORD, true);
    }
  }

  @Override
  public long failedCommands() {
    return proxy.failed();
  }

  @Override
  public void close() throws IOException {
    cassandra.close();
    proxy.close();
  }

  private void revoke(String resource) throws IOException {
    cassandra.execute("REVOKE ALL PERMISSIONS ON " + resource + " FROM " + USER);
  }

  private void alter(String password, boolean mayWrite) throws IOException {
    cassandra.execute(
        "ALTER ROLE "
            + USER
            + " WITH PASSWORD = '"
            + password
            + "' AND LOGIN = true AND SUPERUSER = "
            + mayWrite);
  }
}
