package io.millrace.connector.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CassandraOptionsTest {
  private static final String SECRET = "hunter2";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost:9042 | localhost:9042",
        "a:1,b-2.example:65535 | a:1,b-2.example:65535",
        "a:9042, b:9042 | a:9042,b:9042",
        "[::1]:9042 | [::1]:9042",
      })
  void access_validNodes_areTaken(String given, String taken) {
    assertThat(CassandraOptions.access(config(given)).addresses()).isEqualTo(taken);
  }

  @Test
  void access_trustStoreThatIsOfNoUse_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                CassandraOptions.access(
                    config("a:1").set(CassandraOptions.TRUST_STORE, "trust.p12")))
        .withMessageContaining("--cassandra-tls true");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                CassandraOptions.access(
                    config("a:1")
                        .set(CassandraOptions.TLS, true)
                        .set(CassandraOptions.TRUST_STORE_PASSWORD, SECRET)))
        .withMessageContaining("--cassandra-truststore")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET));
  }

  @ParameterizedTest
  @CsvSource({"local-one, LOCAL_ONE", "ALL, ALL", "each-quorum, EACH_QUORUM", ", LOCAL_QUORUM"})
  void access_consistency_isTheDriversLevel(String given, String level) {
    Configuration config = config("a:1");
    if (given != null) {
      config.setString(CassandraOptions.CONSISTENCY.key(), given);
    }
    assertThat(CassandraOptions.access(config).consistency().name()).isEqualTo(level);
  }

  @Test
  void access_noNodes_namesTheOptionAndTheWayAround() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CassandraOptions.access(new Configuration()))
        .withMessageContaining("--cassandra is required")
        .withMessageContaining("host:port[,host:port]")
        .withMessageContaining("--stores none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        "a:9042,",
        "localhost",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:port",
        "cassandra://localhost:9042",
        "app:hunter2@localhost:9042",
        "localhost:9042/hunter2",
        "a:9042;b:9042",
      })
  void access_malformedNodes_saysWhatToGiveWithoutTheValue(String given) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CassandraOptions.access(config(given)))
        .withMessageContaining("--cassandra ")
        .withMessageContaining("host:port[,host:port]")
        .withNoCause()
        .satisfies(e -> assertThat(e).hasMessageNotContaining(SECRET));
  }

  @Test
  void access_userOrPasswordAlone_isRefusedWithoutTheSecret() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> CassandraOptions.access(config("a:9042").set(CassandraOptions.PASSWORD, SECRET)))
        .withMessageContaining("--cassandra-user and --cassandra-password")
        .satisfies(e -> assertThat(e).hasMessageNotContaining(SECRET));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> CassandraOptions.access(config("a:9042").set(CassandraOptions.USER, "app")));
  }

  @Test
  void access_emptyDatacenter_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> CassandraOptions.access(config("a:9042").set(CassandraOptions.DATACENTER, " ")))
        .withMessageContaining("--cassandra-datacenter");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Music", "1st", "a-b", "a.b", "a\"b", "a;DROP TABLE x", "_a"})
  void keyspace_notAName_isRefused(String given) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> CassandraOptions.keyspace(config("a:9042").set(CassandraOptions.KEYSPACE, given)))
        .withMessageContaining("--cassandra-keyspace");
  }

  @Test
  void keyspace_none_isMillrace() {
    assertThat(CassandraOptions.keyspace(config("a:9042"))).isEqualTo("millrace");
  }

  @Test
  void store_withPassword_showsItNowhereAndCanBeSent() throws Exception {
    Configuration config =
        config("a:9042").set(CassandraOptions.USER, "app").set(CassandraOptions.PASSWORD, SECRET);
    CassandraStore store = CassandraStore.of(config, ListeningEvents.table(config));

    assertThat(store.name() + store.target() + store.advice()).doesNotContain(SECRET);
    assertThat(store).asString().doesNotContain(SECRET);
    assertThat(CassandraOptions.access(config)).asString().doesNotContain(SECRET);
    assertThat(config.toString()).doesNotContain(SECRET);
    assertThat(store.name()).isEqualTo("Cassandra at a:9042");
    assertThat(store.target()).isEqualTo("cassandra:listening_events");
    new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(store);
  }

  private static Configuration config(String nodes) {
    return new Configuration().set(CassandraOptions.CASSANDRA, nodes);
  }
}
