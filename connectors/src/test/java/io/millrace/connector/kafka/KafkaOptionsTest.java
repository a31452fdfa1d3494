package io.millrace.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
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
    assertThat(write(config, Topics.HEAVY_HITTERS_RANKINGS)).isNotNull();
  }

  @Test
  void write_twoSinksToOneTopic_areRefused() {
    Configuration config = config();
    DataStream<KafkaRow> rows = rows();
    KafkaEvents.write(rows, config, Topics.WEB_REQUESTS_DLQ, "letters");
    KafkaEvents.write(rows, config, Topics.HEAVY_HITTERS_LATE, "late");

    assertThatThrownBy(
            () -> KafkaEvents.write(rows, config, Topics.WEB_REQUESTS_DLQ, "more-letters"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("letters and more-letters both write topic web.requests.dlq");
  }

  @Test
  void transactionTimeout_defaults_leaveRoomForACheckpointAndARestart() {
    assertThatCode(() -> requireTimeout(config(), 10_000, 600_000)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    // timeout of transactions, interval and timeout of checkpoints; one minute is for a restart
    "670000, 10000, 600000, true",
    "669999, 10000, 600000, false",
    "900000, 600000, 600000, false",
    "900000, 10000, 3600000, false"
  })
  void transactionTimeout_shorterThanACheckpointAndARestart_isRefused(
      String transaction, long interval, long checkpoint, boolean enough) {
    Configuration config = config("kafka.transaction.timeout.ms", transaction);

    if (enough) {
      assertThatCode(() -> requireTimeout(config, interval, checkpoint)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> requireTimeout(config, interval, checkpoint))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("after " + transaction + " ms")
          .hasMessageContaining("up to " + (interval + checkpoint + 60_000) + " ms")
          .hasMessageContaining("Raise --kafka.transaction.timeout.ms")
          .hasMessageContaining("lower execution.checkpointing.timeout");
      config.set(KafkaOptions.GUARANTEE, KafkaOptions.Guarantee.AT_LEAST_ONCE);
      assertThatCode(() -> requireTimeout(config, interval, checkpoint)).doesNotThrowAnyException();
    }
  }

  @Test
  void lostTransactions_invalid_namesOptionValueAndValidOnes() {
    assertRefused("lost-transactions", "ignore", "fail or accept");
  }

  private static void requireTimeout(Configuration config, long interval, long checkpoint) {
    Configuration flink = new Configuration();
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(interval));
    flink.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMillis(checkpoint));
    KafkaOptions.requireTransactionTimeout(
        config, StreamExecutionEnvironment.getExecutionEnvironment(flink).getCheckpointConfig());
  }

  private static DataStreamSink<KafkaRow> write(Configuration config, Topic<?> topic) {
    return KafkaEvents.write(rows(), config, topic, "sink");
  }

  private static DataStream<KafkaRow> rows() {
    return StreamExecutionEnvironment.getExecutionEnvironment()
        .fromData(TypeInformation.of(KafkaRow.class), new KafkaRow(null, new byte[1]));
  }

  /** The whole of the source and its watermarks refuses, not only the method that parses. */
  private static void assertRefused(String option, String value, String valid) {
    Configuration config = config(option, value);

    assertThatThrownBy(
            () -> {
              KafkaEvents.source(config, Topics.WEB_REQUESTS);
              KafkaEvents.watermarks(config, Topics.WEB_REQUESTS);
              write(config, Topics.WEB_REQUESTS);
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
