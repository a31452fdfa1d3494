package io.millrace.connector.postgres;

import static io.millrace.connector.postgres.Readings.PATIENCE;
import static io.millrace.connector.postgres.Readings.assertHoldsTheLast;
import static io.millrace.connector.postgres.Readings.config;
import static io.millrace.connector.postgres.Readings.query;
import static io.millrace.connector.postgres.Readings.stackTrace;
import static io.millrace.connector.postgres.Readings.write;
import static io.millrace.connector.postgres.Readings.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreUnavailableException;
import io.millrace.connector.store.StoreWriter;
import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.host.FreePorts;
import io.millrace.local.store.LocalPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the writer does while its server is away, hangs or will not have it. */
@Timeout(120)
class PostgresOutageITCase {
  private static final long TOTAL = 100_000;
  private static final String SECRET = "hunter2";
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final long KEYS = 10;
  private static final Map<String, Long> LATEST_SENT = new ConcurrentHashMap<>();

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder().setNumberSlotsPerTaskManager(2).build());

  @TempDir static Path directory;
  private static LocalPostgres postgres;

  @BeforeAll
  static void startServer() throws IOException {
    postgres = LocalPostgres.start(directory);
  }

  @AfterAll
  static void stopServer() {
    postgres.close();
  }

  @BeforeEach
  void createTable() throws SQLException {
    try (Connection client = Readings.connect(postgres)) {
      execute(client, "DROP TABLE IF EXISTS readings");
      execute(client, "DROP ROLE IF EXISTS app");
      execute(client, "CREATE ROLE app LOGIN PASSWORD '" + SECRET + "'");
    }
    Readings.create(postgres);
    execute("GRANT SELECT, INSERT, UPDATE ON readings TO app");
  }

  @Test
  void flush_serverStoppedAndStartedAgain_losesNothing() throws Exception {
    try (var writer = writer(config(postgres))) {
      write(writer, 0, TOTAL / 2, TOTAL);
      postgres.stop();
      FutureTask<Void> rest = writeUntilItWaits(writer, TOTAL / 2);
      postgres.startAgain();
      rest.get();
    }
    assertAllAreThere();
  }

  @Test
  void job_serverStoppedTwiceInMidStream_endsWithTheLatest() throws Exception {
    LATEST_SENT.clear();
    Configuration config =
        Configuration.fromMap(
            Map.of(
                "parallelism.default", "2",
                "restart-strategy.type", "none",
                "execution.checkpointing.interval", "20ms"));
    config.addAll(config(postgres));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
    StoreWriter.write(
            env.fromSequence(0, 1L << 53)
                .map(PostgresOutageITCase::remembered)
                .returns(Reading.class)
                .keyBy(Reading::id, Types.STRING),
            Reading.class,
            Reading::row,
            PostgresStore.of(config, Reading.TABLE),
            "test")
        .sinkTo(new DiscardingSink<>());
    JobClient job = env.executeAsync();

    for (int outage = 0; outage < 2; outage++) {
      awaitProgress(job);
      postgres.stop();
      postgres.startAgain();
    }
    awaitProgress(job);
    job.stopWithSavepoint(
            false, directory.resolve("savepoint").toUri().toString(), SavepointFormatType.CANONICAL)
        .get();

    try (Connection client = Readings.connect(postgres)) {
      assertThat(LATEST_SENT).hasSize((int) KEYS);
      assertThat(query(client, "SELECT count(*) FROM readings")).isEqualTo(String.valueOf(KEYS));
      for (Map.Entry<String, Long> sent : LATEST_SENT.entrySet()) {
        assertThat(version(client, sent.getKey())).isEqualTo(sent.getValue());
      }
    }
  }

  @Test
  void flush_connectionsEndedAgainAndAgain_losesNothing() throws Exception {
    try (var writer = writer(config(postgres));
        Connection client = Readings.connect(postgres)) {
      FutureTask<Void> all =
          new FutureTask<>(
              () -> {
                write(writer, 0, TOTAL, TOTAL);
                return null;
              });
      new Thread(all).start();
      long killedAt = -1;
      while (!all.isDone()) {
        long stored = Long.parseLong(query(client, "SELECT count(*) FROM readings"));
        if (stored > killedAt) {
          killedAt = stored;
          execute(
              client,
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE application_name = 'millrace' AND pid <> pg_backend_pid()");
        }
      }
      all.get();
    }
    assertAllAreThere();
  }

  @Test
  void flush_serverHangs_isNoticedAndLosesNothing() throws Exception {
    try (var writer = writer(config(postgres), PATIENCE, SHORT)) {
      write(writer, 0, TOTAL / 2, TOTAL);
      postgres.suspend();
      FutureTask<Void> rest = writeUntilItWaits(writer, TOTAL / 2);
      postgres.resume();
      rest.get();
    }
    assertAllAreThere();
  }

  @Test
  @SuppressWarnings("try")
  void write_serverHangs_isUnavailableAndThenWorksAgain() throws Exception {
    List<PostgresRow> rows = List.of(Reading.of(1, 10).row());
    try (StoreConnection<PostgresRow> connection =
        PostgresStore.of(config(postgres), Reading.TABLE, SHORT).connect()) {
      assertThat(connection.write(rows)).isEmpty();
      postgres.suspend();
      try {
        // Once in the middle of a connection, once while it is opened.
        assertThatExceptionOfType(StoreUnavailableException.class)
            .isThrownBy(() -> connection.write(rows));
        assertThatExceptionOfType(StoreUnavailableException.class)
            .isThrownBy(() -> connection.write(rows));
      } finally {
        postgres.resume();
      }
      assertThat(connection.write(rows)).isEmpty();
    }
  }

  @Test
  void flush_credentialsRevoked_waitsUntilTheyAreGivenBack() throws Exception {
    try (var writer = writer(config(postgres, "app:" + SECRET))) {
      write(writer, 0, TOTAL / 2, TOTAL);
      execute("ALTER ROLE app PASSWORD 'another'");
      execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
      FutureTask<Void> rest = writeUntilItWaits(writer, TOTAL / 2);
      execute("ALTER ROLE app PASSWORD '" + SECRET + "'");
      rest.get();
      assertThat(writer.refused()).isEmpty();
    }
    assertAllAreThere();
  }

  @Test
  void flush_rightsRevoked_waitsUntilTheyAreGivenBack() throws Exception {
    try (var writer = writer(config(postgres, "app:" + SECRET))) {
      write(writer, 0, 10, TOTAL);
      execute("REVOKE UPDATE ON readings FROM app");
      FutureTask<Void> rest = writeUntilItWaits(writer, TOTAL - 10);
      execute("GRANT UPDATE ON readings TO app");
      rest.get();
      assertThat(writer.refused()).isEmpty();
    }
  }

  @Test
  void flush_tableGone_waitsUntilItIsBack() throws Exception {
    try (var writer = writer(config(postgres))) {
      execute("ALTER TABLE readings RENAME TO mislaid");
      FutureTask<Void> rest = writeUntilItWaits(writer, TOTAL - 10);
      execute("ALTER TABLE mislaid RENAME TO readings");
      rest.get();
      assertThat(writer.refused()).isEmpty();
      assertThat(writer.written()).isEqualTo(10);
    }
  }

  @Test
  void flush_everyHundredthStatementFails_losesNothing() throws Exception {
    execute("CREATE SEQUENCE IF NOT EXISTS statements");
    execute(
        "CREATE OR REPLACE FUNCTION fail_at_times() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " IF nextval('statements') % 100 = 0 THEN RAISE EXCEPTION 'at times' USING ERRCODE ="
            + " 'serialization_failure'; END IF; RETURN NULL; END $$");
    execute(
        "CREATE TRIGGER at_times AFTER INSERT ON readings FOR EACH STATEMENT"
            + " EXECUTE FUNCTION fail_at_times()");
    try (var writer = writer(config(postgres))) {
      for (long n = 0; n < TOTAL; n++) {
        writer.write(Reading.of(n, TOTAL));
        if (n % 200 == 199) {
          writer.flush();
        }
      }
      writer.flush();
      assertThat(writer.refused()).isEmpty();
    }
    try (Connection client = Readings.connect(postgres)) {
      assertThat(Long.parseLong(query(client, "SELECT last_value FROM statements")))
          .isGreaterThan(TOTAL / 200);
    }
    assertAllAreThere();
  }

  @Test
  @SuppressWarnings("try")
  void write_rowLockedByAnother_isUnavailableAndThenWorksAgain() throws Exception {
    List<PostgresRow> rows = List.of(new Reading("a", 2, "newer", 1).row());
    try (StoreConnection<PostgresRow> connection =
            PostgresStore.of(config(postgres), Reading.TABLE, SHORT).connect();
        Connection other = Readings.connect(postgres)) {
      connection.write(List.of(new Reading("a", 1, "older", 1).row()));
      other.setAutoCommit(false);
      execute(other, "UPDATE readings SET amount = 7");
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> connection.write(rows))
          .withMessageContaining("57014");
      other.rollback();
      assertThat(connection.write(rows)).isEmpty();
      assertThat(query(other, "SELECT body FROM readings")).isEqualTo("newer");
    }
  }

  @Test
  void flush_interruptedWhileItWaits_stops() throws Exception {
    try (var writer = writer(nowhere())) {
      writer.write(Reading.of(1, 10));
      FutureTask<Void> flush = flushTask(writer);
      startUntilItWaits(flush).interrupt();

      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(flush::get)
          .withCauseInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void flush_nobodyThere_failsWithTheAddressAndNoSecret() throws Exception {
    Configuration nowhere = nowhere();
    try (var writer = writer(nowhere, Duration.ZERO, SHORT)) {
      writer.write(Reading.of(1, 10));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(writer::flush)
          .withMessageContaining("PostgreSQL at 127.0.0.1:")
          .withMessageContaining("failed 1 times")
          .withMessageContaining("check --postgres")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
    }
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                PostgresSchema.prepare(
                    nowhere, List.of(Reading.TABLE), Readings.class, "readings.sql"))
        .withMessageContaining("check --postgres")
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
  }

  @Test
  void flush_wrongPassword_failsWithTheAddressAndNoSecret() throws Exception {
    execute("ALTER ROLE app PASSWORD 'another'");
    try (var writer = writer(config(postgres, "app:" + SECRET), Duration.ZERO, SHORT)) {
      writer.write(Reading.of(1, 10));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(writer::flush)
          .withMessageContaining(postgres.address())
          .withMessageContaining("28P01")
          .withMessageContaining("check --postgres with its credentials")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
    }
  }

  @Test
  void flush_passwordWithAwkwardCharacters_isTakenAsItIs() throws Exception {
    execute("ALTER ROLE app PASSWORD 's3+cret@:/%'");
    try (var writer = writer(config(postgres, "app:s3+cret%40%3A%2F%25"))) {
      write(writer, 0, 10, 10);
      assertThat(writer.written()).isEqualTo(10);
    }
  }

  private static Configuration nowhere() {
    return new Configuration()
        .set(
            PostgresOptions.POSTGRES,
            "postgresql://app:" + SECRET + "@127.0.0.1:" + FreePorts.find() + "/orders");
  }

  private static void assertAllAreThere() throws SQLException {
    try (Connection client = Readings.connect(postgres)) {
      assertHoldsTheLast(client, TOTAL, TOTAL);
    }
  }

  private static void execute(String sql) throws SQLException {
    try (Connection client = Readings.connect(postgres)) {
      Readings.execute(client, sql);
    }
  }

  private static void execute(Connection client, String sql) throws SQLException {
    Readings.execute(client, sql);
  }

  private static Reading remembered(long n) {
    Reading reading = Reading.of(n, KEYS);
    LATEST_SENT.merge(reading.id(), n, Math::max);
    return reading;
  }

  /** Returns once the table holds a version of a key that was sent only after the call. */
  private static void awaitProgress(JobClient job) throws SQLException {
    String key = Reading.of(1, KEYS).id();
    long sent = LATEST_SENT.getOrDefault(key, 0L);
    try (Connection client = Readings.connect(postgres)) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                assertThat(job.getJobStatus().get().isGloballyTerminalState())
                    .as("the job has ended")
                    .isFalse();
                return version(client, key) > sent;
              });
    }
  }

  private static long version(Connection client, String key) throws SQLException {
    String version =
        query(client, "SELECT coalesce(max(version), -1) FROM readings WHERE id = '" + key + "'");
    return Long.parseLong(version);
  }

  /** Starts to write those from {@code first}, and returns once it has failed and waits. */
  private static FutureTask<Void> writeUntilItWaits(
      StoreWriterRun<Reading, PostgresRow> writer, long first) {
    FutureTask<Void> rest =
        new FutureTask<>(
            () -> {
              write(writer, first, TOTAL, TOTAL);
              return null;
            });
    startUntilItWaits(rest);
    return rest;
  }

  private static FutureTask<Void> flushTask(StoreWriterRun<Reading, PostgresRow> writer) {
    return new FutureTask<>(
        () -> {
          writer.flush();
          return null;
        });
  }

  @CanIgnoreReturnValue
  private static Thread startUntilItWaits(FutureTask<Void> task) {
    Thread thread = new Thread(task);
    thread.start();
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    assertThat(task).isNotDone();
    return thread;
  }
}
