package io.millrace.connector.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.store.LocalCassandra;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users, passwords and rights: what is refused may be mended, and no password is shown. */
@Timeout(120)
class CassandraUsersITCase {
  private static final String SECRET = "hunter2";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir static Path directory;
  private static LocalCassandra cassandra;
  private static CassandraTable table;
  private static CqlSession admin;

  @BeforeAll
  static void startServer() throws Exception {
    cassandra = LocalCassandra.startWithUsers(directory);
    Configuration config = config("cassandra", "cassandra");
    admin =
        await()
            .atMost(PATIENCE)
            .ignoreExceptionsInstanceOf(AllNodesFailedException.class)
            .until(() -> CassandraOptions.access(config).open(null, PATIENCE), Objects::nonNull);
    table = ListeningEvents.table(config);
    CassandraSchema.create(config, table);
    admin.execute("CREATE ROLE app WITH PASSWORD = '" + SECRET + "' AND LOGIN = true");
  }

  @AfterAll
  static void stopServer() {
    admin.close();
    cassandra.close();
  }

  @Test
  void flush_wrongPassword_failsWithTheAddressAndNoSecret() throws Exception {
    try (var writer = writer(config("cassandra", SECRET), Duration.ZERO)) {
      writer.write(play(1));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(writer::flush)
          .withMessageContaining(cassandra.address())
          .withMessageContaining("AuthenticationException")
          .withMessageContaining("--cassandra-user with its password")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
    }
  }

  @Test
  void flush_noUser_failsWithTheAddress() throws Exception {
    Configuration config = new Configuration().set(CassandraOptions.CASSANDRA, cassandra.address());
    try (var writer = writer(config, Duration.ZERO)) {
      writer.write(play(1));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(writer::flush)
          .withMessageContaining(cassandra.address())
          .withMessageContaining("AuthenticationException");
    }
  }

  @Test
  void flush_rightsGivenAndRevoked_waitsUntilTheUserMayWrite() throws Exception {
    try (var writer = writer(config("app", SECRET), PATIENCE)) {
      FutureTask<Void> before = flushUntilItWaits(writer, play(1));
      admin.execute("GRANT MODIFY ON TABLE millrace.listening_events TO app");
      before.get();
      assertThat(count()).isEqualTo(1);

      admin.execute("REVOKE MODIFY ON TABLE millrace.listening_events FROM app");
      FutureTask<Void> after = flushUntilItWaits(writer, play(2));
      assertThat(count()).isEqualTo(1);
      admin.execute("GRANT MODIFY ON TABLE millrace.listening_events TO app");
      after.get();

      assertThat(writer.refused()).isEmpty();
      assertThat(count()).isEqualTo(2);
    }
  }

  private static Configuration config(String user, String password) {
    return new Configuration()
        .set(CassandraOptions.CASSANDRA, cassandra.address())
        .set(CassandraOptions.USER, user)
        .set(CassandraOptions.PASSWORD, password);
  }

  private static StoreWriterRun<SongPlayed, CassandraRow> writer(
      Configuration config, Duration patience) throws Exception {
    return StoreWriterRun.of(
        SongPlayed.class,
        ListeningEvents.rows(table, ListeningEvents.HOUR),
        CassandraStore.of(config, table),
        patience);
  }

  /** Starts a flush and returns once it has failed and waits to try again. */
  private static FutureTask<Void> flushUntilItWaits(
      StoreWriterRun<SongPlayed, CassandraRow> writer, SongPlayed play) throws Exception {
    writer.write(play);
    FutureTask<Void> flush =
        new FutureTask<>(
            () -> {
              writer.flush();
              return null;
            });
    Thread thread = new Thread(flush);
    thread.start();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    return flush;
  }

  private static SongPlayed play(int n) {
    return new SongPlayed("play-" + n, n, "song", "user", "DE", 30_000, null, null);
  }

  private static long count() {
    Row count = admin.execute("SELECT count(*) FROM millrace.listening_events").one();
    return count == null ? 0 : count.getLong(0);
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
