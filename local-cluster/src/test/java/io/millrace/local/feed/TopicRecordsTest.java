package io.millrace.local.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topics;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicRecordsTest {
  private final TopicRecords lines = new TopicRecords(Topics.LOGS_RAW, "web");

  private static String header(ProducerRecord<byte[], byte[]> record) {
    return new String(record.headers().lastHeader("source").value(), UTF_8);
  }

  @Test
  void of_rowOfALine_isTheLineWithItsSourceAndTime() {
    ProducerRecord<byte[], byte[]> record =
        lines.of(
            "{\"source\":\"api\",\"line\":\"{\\\"a\\\":1}\",\"at\":1769850000000}".getBytes(UTF_8));

    assertThat(record.value()).asString(UTF_8).isEqualTo("{\"a\":1}");
    assertThat(record.key()).asString(UTF_8).isEqualTo("api");
    assertThat(header(record)).isEqualTo("api");
    assertThat(record.timestamp()).isEqualTo(1_769_850_000_000L);
  }

  @Test
  void of_rowWithoutSourceAndWithIsoTime_isOfTheGivenSource() {
    ProducerRecord<byte[], byte[]> record =
        lines.of(
            "{\"source\":null,\"line\":\"x\",\"at\":\"2026-01-31T10:00+0100\"}".getBytes(UTF_8));

    assertThat(header(record)).isEqualTo("web");
    assertThat(record.timestamp()).isEqualTo(1_769_850_000_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{\"line\":1}",
        "{\"line\":\"half a pair \\ud83d\"}",
        "{\"line\":\"x\",\"at\":\"soon\"}",
        "{\"line\":\"x\",\"at\":-1}",
        "{\"line\":\"x\",\"source\":1}"
      })
  void of_somethingElse_staysAsItIs(String row) {
    ProducerRecord<byte[], byte[]> record = lines.of(row.getBytes(UTF_8));

    assertThat(record.value()).asString(UTF_8).isEqualTo(row);
    assertThat(record.timestamp()).isNull();
  }

  @Test
  void of_unreadableRowOfACompactedTopic_hasAKeyAllTheSame() {
    ProducerRecord<byte[], byte[]> record =
        new TopicRecords(Topics.LOG_SOURCES, null).of("{}".getBytes(UTF_8));

    assertThat(record.key()).isEmpty();
    assertThat(record.headers()).isEmpty();
  }
}
