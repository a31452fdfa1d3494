package io.millrace.connector.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenSearchOptionsTest {
  private static final String SECRET = "hunter2";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost:9200 | http://localhost:9200",
        "http://a:1, b-2.example:65535/ | http://a:1,http://b-2.example:65535",
        "https://a:9200,https://[::1]:9200 | https://a:9200,https://[::1]:9200",
      })
  void access_validNodes_areTaken(String given, String taken) {
    assertThat(OpenSearchOptions.access(config(given)).nodes())
        .extracting(Object::toString)
        .containsExactly(taken.split(","));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        "a:9200,",
        "localhost",
        "localhost:0",
        "localhost:65536",
        "ftp://localhost:9200",
        "https://app:hunter2@localhost:9200",
        "localhost:9200/hunter2",
        "localhost:9200?a=hunter2",
      })
  void access_malformedNodes_saysWhatToGiveWithoutTheValue(String given) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OpenSearchOptions.access(config(given)))
        .withMessageContaining("--opensearch ")
        .withMessageContaining("host:port[,host:port]")
        .withNoCause()
        .satisfies(e -> assertThat(e).hasMessageNotContaining(SECRET));
  }

  @Test
  void access_whatDoesNotFitTogether_isRefusedWithoutTheSecret() {
    refused(new Configuration(), "--opensearch is required");
    refused(config("a:1,https://b:1"), "some have not");
    refused(config("a:1").set(OpenSearchOptions.USER, "app"), "belong together");
    refused(config("a:1").set(OpenSearchOptions.PASSWORD, SECRET), "belong together");
    refused(
        config("a:1").set(OpenSearchOptions.USER, "a:b").set(OpenSearchOptions.PASSWORD, SECRET),
        "colon");
    refused(config("a:1").set(OpenSearchOptions.TRUST_STORE, "trust.p12"), "https://");
    refused(
        config("https://a:1").set(OpenSearchOptions.TRUST_STORE_PASSWORD, SECRET),
        "--opensearch-truststore");
    refused(config("a:1").set(OpenSearchOptions.TIMEOUT, Duration.ofMillis(999)), "from 1s to 60s");
    refused(config("a:1").set(OpenSearchOptions.TIMEOUT, Duration.ofSeconds(61)), "from 1s to 60s");
  }

  private static void refused(Configuration config, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OpenSearchOptions.access(config))
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e).hasMessageNotContaining(SECRET));
  }

  @Test
  void store_withPassword_showsItNowhereAndCanBeSent() throws Exception {
    Configuration config =
        config("a:9200").set(OpenSearchOptions.USER, "app").set(OpenSearchOptions.PASSWORD, SECRET);
    OpenSearchStore store = OpenSearchStore.of(config, LogDocuments.index(""));

    assertThat(store.name() + store.target() + store.advice()).doesNotContain(SECRET);
    assertThat(store).asString().doesNotContain(SECRET);
    assertThat(OpenSearchOptions.access(config)).asString().doesNotContain(SECRET);
    assertThat(config.toString()).doesNotContain(SECRET);
    assertThat(store.name()).isEqualTo("OpenSearch at a:9200");
    assertThat(store.target()).isEqualTo("opensearch:logs");
    new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(store);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Staging.", "_", "-x", ".hidden", "a*", "a,b", "a/../", "ä"})
  void index_prefixThatNoIndexCanHave_isRefused(String prefix) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogDocuments.index(prefix))
        .withMessageContaining("--topic-prefix");
  }

  @Test
  void index_ofATime_isItsDayInUtc() {
    OpenSearchIndex index = LogDocuments.index("staging.");
    assertThat(index.pattern()).isEqualTo("staging.logs-*");
    assertThat(index.of(Instant.parse("2026-11-24T23:59:59.999Z").toEpochMilli()))
        .isEqualTo("staging.logs-2026.11.24");
    assertThat(index.of(Long.MIN_VALUE)).isEqualTo("staging.logs-0000.01.01");
    assertThat(index.of(Long.MAX_VALUE)).isEqualTo("staging.logs-9999.12.31");
  }

  @Test
  void document_longId_isHashedAndOthersStay() {
    assertThat(id("x".repeat(512))).isEqualTo("x".repeat(512));
    assertThat(id("x".repeat(513))).hasSize(64).isNotEqualTo(id("x".repeat(514)));
    assertThat(id("é".repeat(256))).isEqualTo("é".repeat(256));
    assertThat(id("é".repeat(257))).hasSize(64);
    assertThatIllegalArgumentException().isThrownBy(() -> id(""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OpenSearchDocument("logs-1", "a", -1, new byte[0]));
  }

  private static String id(String id) {
    return new OpenSearchDocument("logs-1", id, 0, new byte[0]).id();
  }

  private static Configuration config(String nodes) {
    return new Configuration().set(OpenSearchOptions.OPENSEARCH, nodes);
  }
}
