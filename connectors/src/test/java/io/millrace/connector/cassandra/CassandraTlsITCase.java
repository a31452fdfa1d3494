package io.millrace.connector.cassandra;

import static io.millrace.connector.Certificates.STORE_PASSWORD;
import static io.millrace.connector.Certificates.THIS_HOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.millrace.connector.Certificates;
import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.store.LocalCassandra;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted connections, and how many replicas a write waits for. */
@Timeout(180)
class CassandraTlsITCase {
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);

  @TempDir static Path directory;
  private static LocalCassandra cassandra;
  private static Path trusted = Path.of("");
  private static CassandraTable table;

  @BeforeAll
  static void startServer() throws Exception {
    Path keys = directory.resolve("node.p12");
    trusted = Certificates.make(directory, "node", keys, THIS_HOST);
    cassandra = LocalCassandra.startWithTls(directory.resolve("node"), keys, STORE_PASSWORD);
    table = ListeningEvents.table(open());
    CassandraSchema.create(open(), table);
  }

  @AfterAll
  static void stopServer() {
    cassandra.close();
  }

  @Test
  void flush_trustedCertificate_writesOverTls() throws Exception {
    try (var writer = writer(encrypted(trusted));
        CqlSession reader =
            CassandraOptions.access(encrypted(trusted)).open("millrace", ANSWER_LIMIT)) {
      writer.write(play(1));
      writer.flush();

      assertThat(writer.written()).isEqualTo(1);
      Row row = reader.execute("SELECT count(*) FROM listening_events").one();
      assertThat(row).isNotNull();
      assertThat(row.getLong(0)).isEqualTo(1);
      assertThat(reader.execute("SELECT ssl_enabled FROM system_views.clients").all())
          .isNotEmpty()
          .allSatisfy(client -> assertThat(client.getBoolean(0)).isTrue());
    }
  }

  @Test
  void flush_certificateOfAnother_failsWithTheAddressAndNoSecret() throws Exception {
    Path foreign =
        Certificates.make(directory, "foreign", directory.resolve("foreign.p12"), THIS_HOST);

    assertRefused(encrypted(foreign));
  }

  @Test
  void flush_certificateThatTheJvmDoesNotTrust_fails() throws Exception {
    assertRefused(open().set(CassandraOptions.TLS, true));
  }

  @Test
  void flush_certificateThatNamesAnotherHost_fails() throws Exception {
    String byName = cassandra.address().replace("127.0.0.1", "localhost");

    assertRefused(encrypted(trusted).set(CassandraOptions.CASSANDRA, byName));
  }

  @Test
  void flush_moreReplicasThanThereAre_waits() throws Exception {
    Configuration config = open().set(CassandraOptions.KEYSPACE, "twofold");
    try (CqlSession client = CassandraOptions.access(open()).open(null, ANSWER_LIMIT)) {
      client.execute(
          "CREATE KEYSPACE twofold WITH replication ="
              + " {'class': 'NetworkTopologyStrategy', 'datacenter1': 2}");
    }
    CassandraTable twofold = ListeningEvents.table(config);
    CassandraSchema.create(config, twofold);

    assertThat(written(config.set(CassandraOptions.CONSISTENCY, level("local-one")), twofold))
        .isEqualTo(1);
    for (String level : new String[] {"local-quorum", "quorum", "each-quorum", "all"}) {
      assertThatExceptionOfType(IOException.class)
          .as(level)
          .isThrownBy(
              () -> written(config.set(CassandraOptions.CONSISTENCY, level(level)), twofold))
          .withMessageContaining("Unavailable");
    }
  }

  private static CassandraOptions.Consistency level(String name) {
    return Configuration.fromMap(Map.of(CassandraOptions.CONSISTENCY.key(), name))
        .get(CassandraOptions.CONSISTENCY);
  }

  private static long written(Configuration config, CassandraTable into) throws Exception {
    try (var writer =
        StoreWriterRun.of(
            SongPlayed.class,
            ListeningEvents.rows(into, ListeningEvents.HOUR),
            CassandraStore.of(config, into),
            Duration.ZERO)) {
      writer.write(play(1));
      writer.flush();
      return writer.written();
    }
  }

  private static void assertRefused(Configuration config) throws Exception {
    try (var writer = writer(config)) {
      writer.write(play(2));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(writer::flush)
          .withMessageContaining(config.get(CassandraOptions.CASSANDRA))
          .withMessageContaining("--cassandra-tls")
          .satisfies(e -> assertThat(stackTrace(e)).contains("SSL").doesNotContain(STORE_PASSWORD));
    }
  }

  private static Configuration open() {
    return new Configuration().set(CassandraOptions.CASSANDRA, cassandra.address());
  }

  private static Configuration encrypted(Path trust) {
    return open()
        .set(CassandraOptions.TLS, true)
        .set(CassandraOptions.TRUST_STORE, trust.toString())
        .set(CassandraOptions.TRUST_STORE_PASSWORD, STORE_PASSWORD);
  }

  private static StoreWriterRun<SongPlayed, CassandraRow> writer(Configuration config)
      throws Exception {
    return StoreWriterRun.of(
        SongPlayed.class,
        ListeningEvents.rows(table, ListeningEvents.HOUR),
        CassandraStore.of(config, table),
        Duration.ZERO);
  }

  private static SongPlayed play(int n) {
    return new SongPlayed("play-" + n, n, "song", "user", "DE", 30_000, null, null);
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
