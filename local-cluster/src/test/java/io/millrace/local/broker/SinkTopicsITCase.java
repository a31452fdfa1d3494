package io.millrace.local.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinkTopicsITCase {
  private static final String RANKINGS = "heavy-hitters.rankings";
  private static final String LATE = "heavy-hitters.late";

  @TempDir Path directory;

  private LocalBroker broker;
  private TopicAdmin admin;
  private KafkaProducer<byte[], byte[]> producer;

  @BeforeEach
  void start() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    admin = new TopicAdmin(broker.bootstrap());
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", "writer"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
  }

  @AfterEach
  void stop() {
    producer.close(Duration.ZERO);
    admin.close();
    broker.close();
  }

  @Test
  void finish_committedAbortedAndTombstone_writesWhatIsCommitted() throws Exception {
    try (SinkTopics sinks = follow(Duration.ofSeconds(30))) {
      admin.create(List.of(Topics.HEAVY_HITTERS_RANKINGS));
      producer.beginTransaction();
      send("a", "{\"n\":1}");
      send("b\"", null);
      producer.commitTransaction();
      producer.beginTransaction();
      send("a", "{\"n\":2}");
      producer.abortTransaction();
      sinks.finish(true);

      assertThat(sinks.rows()).containsEntry(RANKINGS, 2L).containsEntry(LATE, 0L);
    }
    assertThat(Files.readAllLines(output(RANKINGS)))
        .containsExactlyInAnyOrder("{\"n\":1}", "{\"key\":\"b\\\"\",\"tombstone\":true}");
    assertThat(output(LATE)).isEmptyFile();
  }

  @Test
  void follow_live_writesWhileItGoes() throws Exception {
    admin.create(List.of(Topics.HEAVY_HITTERS_RANKINGS));
    try (SinkTopics sinks = follow(Duration.ofSeconds(30))) {
      producer.beginTransaction();
      send("a", "{\"n\":1}");
      producer.commitTransaction();
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> Files.readString(output(RANKINGS)).equals("{\"n\":1}\n"));
      sinks.finish(false);
    }
  }

  @Test
  void finish_completeWithOpenTransaction_failsWithThePartition() throws Exception {
    admin.create(List.of(Topics.HEAVY_HITTERS_RANKINGS));
    producer.beginTransaction();
    send("a", "{\"n\":1}");
    try (SinkTopics sinks = follow(Duration.ofMillis(500))) {
      assertThatThrownBy(() -> sinks.finish(true))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("transactions are still open")
          .hasMessageContaining(RANKINGS + "-")
          .hasMessageContaining("from offset 0 to 1");
    }
  }

  @Test
  void finish_cancelledWithOpenTransaction_leavesItOut() throws Exception {
    admin.create(List.of(Topics.HEAVY_HITTERS_RANKINGS));
    producer.beginTransaction();
    send("a", "{\"n\":1}");
    try (SinkTopics sinks = follow(Duration.ofMillis(500))) {
      sinks.finish(false);
      assertThat(sinks.rows()).containsEntry(RANKINGS, 0L);
    }
  }

  private SinkTopics follow(Duration limit) throws IOException {
    return SinkTopics.follow(
        broker.bootstrap(), List.of(RANKINGS, LATE), directory.resolve("out"), limit);
  }

  private Path output(String topic) {
    return directory.resolve("out").resolve(topic + ".jsonl");
  }

  private void send(String key, @Nullable String value) throws Exception {
    byte[] bytes = value == null ? null : value.getBytes(UTF_8);
    producer.send(new ProducerRecord<>(RANKINGS, key.getBytes(UTF_8), bytes)).get();
  }
}
