package io.millrace.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topics;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaOptionsTest {
  @Test
  void all_options_areDescribedAndUnique() {
    assertThat(KafkaOptions.ALL).extracting(ConfigOption::key).doesNotHaveDuplicates();
    assertThat(KafkaOptions.ALL).allSatisfy(o -> assertThat(o.description()).isNotNull());
  }

  @Test
  void defaults_areThoseOfTheContract() {
    Configuration config = config();

    assertThat(KafkaOptions.startingOffsets(config)).isEqualTo(StartingOffsets.GROUP);
    assertThat(KafkaOptions.guarantee(config)).isEqualTo(DeliveryGuarantee.EXACTLY_ONCE);
    assertThat(KafkaOptions.millis(config, KafkaOptions.MAX_OUT_OF_ORDERNESS)).isEqualTo(5_000);
    assertThat(KafkaOptions.millis(config, KafkaOptions.IDLE_TIMEOUT)).isEqualTo(10_000);
    assertThat(KafkaOptions.millis(config, KafkaOptions.MAX_AHEAD)).isEqualTo(3_600_000);
    assertThat(KafkaOptions.eventTimeMin(config))
        .isEqualTo(Instant.parse("2000-01-01T00:00:00Z").toEpochMilli());
    assertThat(config.get(KafkaOptions.CREATE_TOPICS)).isFalse();
    assertThat(config.get(KafkaOptions.BOUNDED)).isFalse();
  }

  @Test
  void clientProperties_everyKeyWithThePrefix_isPassedOn() {
    Configuration config = config("kafka.security.protocol", "SSL", "bounded", "true");

    assertThat(KafkaOptions.clientProperties(config))
        .containsOnly(
            Map.entry("security.protocol", "SSL"), Map.entry("bootstrap.servers", "127.0.0.1:9"));
  }

  @Test
  void producerProperties_transactionTimeout_isWhatBrokersAllowUnlessGiven() {
    assertThat(KafkaOptions.producerProperties(config()))
        .containsEntry("transaction.timeout.ms", "900000");
    assertThat(KafkaOptions.producerProperties(config("kafka.transaction.timeout.ms", "60000")))
        .containsEntry("transaction.timeout.ms", "60000");
  }

  @Test
  void names_withPrefix_separateTwoDeployments() {
    Configuration config = config("topic-prefix", "staging.");

    assertThat(KafkaOptions.deployedName(config, "web.requests")).isEqualTo("staging.web.requests");
    assertThat(KafkaOptions.instanceName(config)).isEqualTo("staging.test-job");
  }

  @ParameterizedTest
  @CsvSource({
    "earliest, EARLIEST, 0",
    "GROUP, GROUP, 0",
    "latest, LATEST, 0",
    "timestamp:0, TIMESTAMP, 0",
    "timestamp:1769851800000, TIMESTAMP, 1769851800000"
  })
  void startingOffsets_valid_isParsed(String given, StartingOffsets.From from, long timestamp) {
    assertThat(KafkaOptions.startingOffsets(config("start-from", given)))
        .isEqualTo(new StartingOffsets(from, timestamp));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "first",
        "timestamp:",
        "timestamp:-1",
        "timestamp:2026-01-01",
        "timestamp:99999999999999999999"
      })
  void startingOffsets_invalid_namesOptionValueAndValidOnes(String given) {
    assertRefused("start-from", given, "earliest, group, latest or timestamp:<milliseconds");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "exactly_once", "twice"})
  void guarantee_invalid_namesOptionValueAndValidOnes(String given) {
    assertRefused("guarantee", given, "exactly-once or at-least-once");
  }

  @Test
  void guarantee_atLeastOnce_isParsed() {
    assertThat(KafkaOptions.guarantee(config("guarantee", "at-least-once")))
        .isEqualTo(DeliveryGuarantee.AT_LEAST_ONCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2000-01-01", "2000-01-01T00:00:00", "+999999999-01-01T00:00:00Z"})
  void eventTimeMin_invalid_namesOptionValueAndValidOnes(String given) {
    assertRefused("event-time-min", given, "a time with an offset such as 2000-01-01T00:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1s", "soon", "999999999999999999d"})
  void maxAhead_invalid_namesOptionValueAndValidOnes(String given) {
    assertRefused("max-ahead", given, "a duration from 0s");
  }

  @Test
  void topicPrefix_notAllowedInTopicNames_isRefused() {
    assertRefused("topic-prefix", "a b", "letters, digits, dots, underscores and hyphens");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bootstrap", "job-name"})
  void source_requiredOptionMissing_namesIt(String option) {
    Configuration config = config();
    config.removeKey(option);

    assertThatThrownBy(() -> KafkaEvents.source(config, Topics.WEB_REQUESTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("option --%s is required", option);
  }

  @ParameterizedTest
  @CsvSource({
    "max.request.size, a lot",
    "max.request.size, 1000",
    "max.request.size, 4294967296",
    "buffer.memory, 1000"
  })
  void encoder_producerCanNotHoldADeadLetter_isRefused(String property, String given) {
    Configuration config = config("kafka." + property, given);

    assertThatThrownBy(() -> KafkaEvents.encoder(config, Topics.WEB_REQUESTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--kafka." + property)
        .hasMessageContaining(given);
  }

  @Test
  void sourceAndSink_validOptions_areBuilt() {
    Configuration config = config("bounded", "true", "start-from", "earliest");

    assertThat(KafkaEvents.source(config, Topics.WEB_REQUESTS)).isNotNull();
    assertThat(KafkaEvents.sink(config, Topics.HEAVY_HITTERS_RANKINGS)).isNotNull();
  }

  /** The whole of the source and its watermarks refuses, not only the method that parses. */
  private static void assertRefused(String option, String value, String valid) {
    Configuration config = config(option, value);

    assertThatThrownBy(
            () -> {
              KafkaEvents.source(config, Topics.WEB_REQUESTS);
              KafkaEvents.watermarks(config, Topics.WEB_REQUESTS);
              KafkaEvents.sink(config, Topics.WEB_REQUESTS);
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--" + option)
        .hasMessageContaining("\"" + value + "\"")
        .hasMessageContaining(valid);
  }

  private static Configuration config(String... keysAndValues) {
    Map<String, String> values = new HashMap<>();
    values.put("bootstrap", "127.0.0.1:9");
    values.put("job-name", "test-job");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      values.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return Configuration.fromMap(values);
  }
}
