package io.millrace.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.broker.LocalBroker;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaTopicsITCase {
  private static final List<Topic<?>> TOPICS =
      List.of(Topics.WEB_REQUESTS, Topics.HEAVY_HITTERS_RANKINGS);

  @TempDir static Path directory;

  private static TestBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = TestBroker.start(directory);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void prepare_missingTopics_namesTheCommandForEachAndCreatesNone() throws Exception {
    Configuration config = broker.config("job", "missing.", Map.of("create-topics", "false"));

    assertThatThrownBy(() -> KafkaTopics.prepare(config, TOPICS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--create-topics")
        .hasMessageContaining(
            "kafka-topics.sh --bootstrap-server %s --create --topic missing.web.requests"
                + " --partitions 4 --config cleanup.policy=delete",
            broker.bootstrap())
        .hasMessageContaining("--topic missing.heavy-hitters.rankings");
    assertThat(broker.admin().listTopics().names().get())
        .noneMatch(name -> name.startsWith("missing."));
  }

  @Test
  void prepare_createTopics_createsThemAsTheCatalogueSaysAndKeepsThem() throws Exception {
    Configuration config = broker.config("job", "created.", Map.of());

    KafkaTopics.prepare(config, TOPICS);
    KafkaTopics.prepare(config, TOPICS);

    String name = "created.heavy-hitters.rankings";
    assertThat(broker.admin().describeTopics(List.of(name)).allTopicNames().get().values())
        .singleElement()
        .satisfies(topic -> assertThat(topic.partitions()).hasSize(Topics.PARTITIONS));
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    assertThat(broker.admin().describeConfigs(List.of(resource)).all().get().values())
        .singleElement()
        .satisfies(
            settings -> assertThat(settings.get("cleanup.policy").value()).isEqualTo("delete"));
  }

  @Test
  void prepare_twoJobsAtOnce_bothSucceed() {
    Configuration config = broker.config("job", "at-once.", Map.of());
    Runnable prepare = () -> KafkaTopics.prepare(config, TOPICS);

    assertThatCode(
            () ->
                CompletableFuture.allOf(
                        CompletableFuture.runAsync(prepare), CompletableFuture.runAsync(prepare))
                    .get())
        .doesNotThrowAnyException();
  }

  @Test
  void prepare_transactionsLongerThanTheBrokerAllows_namesBothFiguresAndTheOption() {
    Map<String, String> tooLong = Map.of("kafka.transaction.timeout.ms", "900001");

    assertThatThrownBy(() -> KafkaTopics.prepare(broker.config("job", "timeout.", tooLong), TOPICS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("900001 ms")
        .hasMessageContaining("900000 ms")
        .hasMessageContaining("transaction.max.timeout.ms")
        .hasMessageContaining("--kafka.transaction.timeout.ms");
  }

  @Test
  void prepare_withoutTransactions_theirTimeoutDoesNotMatter() {
    Map<String, String> options =
        Map.of("kafka.transaction.timeout.ms", "900001", "guarantee", "at-least-once");

    assertThatCode(() -> KafkaTopics.prepare(broker.config("job", "timeout.", options), TOPICS))
        .doesNotThrowAnyException();
  }

  @Test
  void prepare_rowsLargerThanATopicTakes_namesBothFiguresAndTheOption() {
    int most = LocalBroker.MAX_MESSAGE_BYTES + 1;
    Configuration config =
        broker.config("job", "rows.", Map.of("kafka.max.request.size", String.valueOf(most)));

    assertThatThrownBy(() -> KafkaTopics.prepare(config, TOPICS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows of %d bytes", most)
        .hasMessageContaining("rows.heavy-hitters.rankings, which takes %d", most - 1)
        .hasMessageContaining("--kafka.max.request.size");
    assertThatCode(() -> KafkaTopics.prepare(config, List.of(Topics.WEB_REQUESTS)))
        .as("an input is not written")
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kafka.default.api.timeout.ms", "kafka.request.timeout.ms"})
  void prepare_nobodyListens_namesTheAddress(String timeout) throws Exception {
    String address;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + socket.getLocalPort();
    }
    Configuration config = broker.config("job", "", Map.of(timeout, "500"));
    config.set(KafkaOptions.BOOTSTRAP, address);

    assertThatThrownBy(() -> KafkaTopics.prepare(config, TOPICS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no answer from Kafka at " + address)
        .hasMessageContaining("--bootstrap");
  }

  @Test
  void prepare_addressIsNone_saysSo() {
    Configuration config = broker.config("job", "", Map.of());
    config.set(KafkaOptions.BOOTSTRAP, "nonsense");

    assertThatThrownBy(() -> KafkaTopics.prepare(config, TOPICS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nonsense (--bootstrap)")
        .hasMessageContaining("Invalid url");
  }

  @Test
  void prepare_wrongCredentials_namesNoSecret() {
    Configuration config =
        broker.config(
            "job",
            "",
            Map.of(
                "kafka.default.api.timeout.ms",
                "500",
                "kafka.security.protocol",
                "SASL_PLAINTEXT",
                "kafka.sasl.mechanism",
                "PLAIN",
                "kafka.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"user\" password=\"canary\";"));

    assertThatThrownBy(() -> KafkaTopics.prepare(config, TOPICS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(broker.bootstrap())
        .extracting(KafkaTopicsITCase::wholeText)
        .asString()
        .doesNotContain("canary");
  }

  private static String wholeText(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      text.append(cause).append('\n');
    }
    return text.toString();
  }
}
