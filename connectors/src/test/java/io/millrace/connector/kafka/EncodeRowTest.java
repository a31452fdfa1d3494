package io.millrace.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // The harness declares that close may be interrupted.
class EncodeRowTest {
  private static final int LIMIT = DeadLetters.MAX_BYTES;
  private static final Configuration CONFIG =
      Configuration.fromMap(
          Map.of(
              "bootstrap", "127.0.0.1:9",
              "job-name", "job",
              "topic-prefix", "p.",
              "kafka.max.request.size", String.valueOf(LIMIT)));

  @Test
  void processElement_row_hasItsKeyAndValue() throws Exception {
    RankingPublished ranking = ranking("path", List.of(new RankedItem(1, "/é", 3, 3, 3)));
    try (var harness = harness(KafkaEvents.encoder(CONFIG, Topics.HEAVY_HITTERS_RANKINGS))) {
      harness.processElement(new StreamRecord<>(ranking));

      KafkaRow row = harness.extractOutputValues().get(0);
      assertThat(row.key()).isEqualTo("path".getBytes(UTF_8));
      assertThat(JsonCodec.of(RankingPublished.class).decode(requireNonNull(row.value())))
          .isEqualTo(ranking);
      assertThat(harness.getSideOutput(EncodeRow.DEAD_LETTER)).isNull();
    }
  }

  @Test
  void processElement_keysThatLookAlike_areDifferentBytes() throws Exception {
    List<String> keys = List.of("\u00e9", "e\u0301", "a", "A", " a", "a ", "", "a\u200b");
    try (var harness = harness(KafkaEvents.encoder(CONFIG, Topics.HEAVY_HITTERS_RANKINGS))) {
      for (String key : keys) {
        harness.processElement(new StreamRecord<>(ranking(key, item("x"))));
      }

      assertThat(harness.extractOutputValues())
          .extracting(row -> new String(requireNonNull(row.key()), UTF_8))
          .isEqualTo(keys);
    }
  }

  @Test
  void processElement_topicWithoutKey_hasNoKey() throws Exception {
    try (var harness = harness(KafkaEvents.encoder(CONFIG, Topics.HEAVY_HITTERS_LATE))) {
      harness.processElement(new StreamRecord<>(new LateArrived("t", 1, 2, "{}")));

      assertThat(harness.extractOutputValues().get(0).key()).isNull();
    }
  }

  @Test
  void processElement_largestRow_passesAndOneByteMoreIsADeadLetter() throws Exception {
    byte[] key = "path".getBytes(UTF_8);
    int empty = JsonCodec.of(RankingPublished.class).encode(ranking("path", item(""))).length;
    int room = LIMIT - EncodeRow.OVERHEAD_BYTES - key.length - empty;
    try (var harness = harness(KafkaEvents.encoder(CONFIG, Topics.HEAVY_HITTERS_RANKINGS))) {
      harness.setProcessingTime(99);
      harness.processElement(new StreamRecord<>(ranking("path", item("x".repeat(room)))));
      assertThat(harness.extractOutputValues()).hasSize(1);

      harness.processElement(new StreamRecord<>(ranking("path", item("x".repeat(room + 1)))));
      assertThat(harness.extractOutputValues()).hasSize(1);

      DeadLettered letter = harness.getSideOutput(EncodeRow.DEAD_LETTER).remove().getValue();
      assertThat(letter.stage()).isEqualTo("sink");
      assertThat(letter.reason()).isEqualTo("too-large");
      assertThat(letter.message()).contains("--kafka.max.request.size", "max.message.bytes");
      assertThat(letter.job()).isEqualTo("job");
      assertThat(letter.topic()).isEqualTo("p.heavy-hitters.rankings");
      assertThat(letter.partition()).isEqualTo(-1);
      assertThat(letter.offset()).isEqualTo(-1);
      assertThat(letter.timestamp()).isEqualTo(99);
      assertThat(letter.key()).isEqualTo(Base64.getEncoder().encodeToString(key));
      assertThat(letter.valueBytes()).isEqualTo(empty + room + 1);
      assertThat(letter.truncated()).isTrue();
    }
  }

  @Test
  void processElement_rowWithoutJsonForm_isADeadLetter() throws Exception {
    try (var harness = harness(KafkaEvents.encoder(CONFIG, Topics.HEAVY_HITTERS_RANKINGS))) {
      harness.processElement(new StreamRecord<>(ranking("path", item("half \uD83D"))));

      assertThat(harness.extractOutputValues()).isEmpty();
      DeadLettered letter = harness.getSideOutput(EncodeRow.DEAD_LETTER).remove().getValue();
      assertThat(letter.stage()).isEqualTo("sink");
      assertThat(letter.reason()).isEqualTo("invalid-unicode");
      assertThat(letter.message()).contains("item");
      assertThat(letter.value()).isNull();
    }
  }

  private static <T extends Record> OneInputStreamOperatorTestHarness<T, KafkaRow> harness(
      EncodeRow<T> function) throws Exception {
    return ProcessFunctionTestHarnesses.forProcessFunction(function);
  }

  private static List<RankedItem> item(String item) {
    return List.of(new RankedItem(1, item, 1, 1, 1));
  }

  private static RankingPublished ranking(String dimension, List<RankedItem> items) {
    return new RankingPublished(dimension, 0, 1000, 1, 10, "exact", 0, items);
  }
}
