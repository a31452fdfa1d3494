package io.millrace.local.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.broker.Replay.Fate;
import io.millrace.local.broker.Replay.Outcome;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.DeadLettered;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters go back into their topics, each once. */
class ReplayITCase {
  @TempDir private static Path directory;
  private static LocalBroker broker;
  private static Admin admin;
  private static KafkaProducer<byte[], byte[]> producer;

  private final JsonCodec<DeadLettered> codec = JsonCodec.of(DeadLettered.class);
  private String source = "";
  private String letters = "";

  @BeforeAll
  static void startBroker() throws IOException {
    broker = LocalBroker.start(directory);
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterAll
  static void stopBroker() {
    producer.close();
    admin.close();
    broker.close();
  }

  @BeforeEach
  void createTopics(TestInfo test) throws Exception {
    source = test.getTestMethod().orElseThrow().getName();
    letters = source + ".dlq";
    admin
        .createTopics(
            List.of(new NewTopic(source, 2, (short) 1), new NewTopic(letters, 2, (short) 1)))
        .all()
        .get();
  }

  @Test
  void run_lettersWithTheirRecords_putsThemBackOnce() throws Exception {
    for (int i = 0; i < 3_000; i++) {
      send(letters, letter("too-old", i, "key-" + i, "value-" + i));
    }

    assertThat(replay(Set.of()))
        .isEqualTo(new Outcome(Map.of(Fate.REPLAYED, 3_000L), Map.of(source, 3_000L)));
    assertThat(replay(Set.of())).isEqualTo(new Outcome(Map.of(), Map.of()));

    send(letters, letter("too-old", 3_000, null, "later"));

    assertThat(replay(Set.of()).count(Fate.REPLAYED)).isEqualTo(1);
    List<ConsumerRecord<byte[], byte[]>> records = records(source);
    assertThat(records).hasSize(3_001);
    Map<String, ConsumerRecord<byte[], byte[]>> byValue = new HashMap<>();
    records.forEach(record -> byValue.put(new String(record.value(), UTF_8), record));
    ConsumerRecord<byte[], byte[]> first = Objects.requireNonNull(byValue.get("value-0"));
    assertThat(first.key()).asString(UTF_8).isEqualTo("key-0");
    assertThat(first.timestamp()).isEqualTo(1_000);
    assertThat(first.headers().lastHeader("trace").value()).asString(UTF_8).isEqualTo("t");
    assertThat(first.headers().lastHeader(Replay.HEADER).value())
        .asString(UTF_8)
        .startsWith(letters + "/");
    assertThat(Objects.requireNonNull(byValue.get("later")).key()).isNull();
  }

  @Test
  void run_reasons_replaysThoseAlone() throws Exception {
    send(letters, letter("too-old", 0, "k", "old"));
    send(letters, letter("not-json", 1, "k", "{"));

    Outcome outcome = replay(Set.of("too-old"));

    assertThat(outcome.letters()).isEqualTo(Map.of(Fate.REPLAYED, 1L, Fate.OTHER_REASON, 1L));
    assertThat(records(source)).singleElement().satisfies(r -> assertThat(r.value()).hasSize(3));
  }

  @Test
  void run_letterIsCut_readsTheRecordFromItsTopic() throws Exception {
    byte[] whole = "x".repeat(100_000).getBytes(UTF_8);
    producer.send(new ProducerRecord<>(source, 1, "k".getBytes(UTF_8), whole)).get();
    producer.send(new ProducerRecord<>(source, 1, "k".getBytes(UTF_8), whole)).get();
    send(letters, cut(1, 0));
    send(letters, cut(1, 1));
    admin
        .deleteRecords(Map.of(new TopicPartition(source, 1), RecordsToDelete.beforeOffset(1)))
        .all()
        .get();

    assertThat(replay(Set.of()).letters()).isEqualTo(Map.of(Fate.REPLAYED, 1L, Fate.GONE, 1L));
    assertThat(records(source))
        .hasSize(2)
        .allSatisfy(record -> assertThat(record.value()).isEqualTo(whole));
  }

  @Test
  void run_rowsOfSinksAndJunk_stayBehindAndAreCounted() throws Exception {
    DeadLettered sink = letter("refused-by-store", 0, "k", "v");
    send(
        letters,
        new DeadLettered(
            "job",
            "sink",
            sink.reason(),
            "m",
            "redis:topk:<dimension>",
            -1,
            -1,
            5,
            sink.key(),
            sink.value(),
            1,
            1,
            false,
            Map.of(),
            5,
            null));
    producer.send(new ProducerRecord<>(letters, "junk".getBytes(UTF_8))).get();

    assertThat(replay(Set.of()).letters())
        .isEqualTo(Map.of(Fate.OF_NO_TOPIC, 1L, Fate.NOT_A_LETTER, 1L));
    assertThat(records(source)).isEmpty();
  }

  @Test
  void run_noSuchTopic_saysSo() {
    try (Replay replay =
        new Replay(
            broker.bootstrap(),
            "nothing.dlq",
            Set.of(),
            Map.of("allow.auto.create.topics", "false", "default.api.timeout.ms", "3000"))) {
      assertThatThrownBy(replay::run).hasMessageContaining("nothing.dlq");
    }
  }

  private Outcome replay(Set<String> reasons) throws IOException {
    producer.flush();
    try (Replay replay = new Replay(broker.bootstrap(), letters, reasons, Map.of())) {
      return replay.run();
    }
  }

  private DeadLettered letter(String reason, long offset, @Nullable String key, String value) {
    return new DeadLettered(
        "job",
        "time",
        reason,
        "m",
        source,
        0,
        offset,
        1_000 + offset,
        key == null ? null : base64(key),
        base64(value),
        key == null ? 0 : key.length(),
        value.length(),
        false,
        Map.of("trace", "t"),
        1_000 + offset,
        null);
  }

  /** The letter of a record of 100,000 bytes, with no more than the first of them. */
  private DeadLettered cut(int partition, long offset) {
    return new DeadLettered(
        "job",
        "decode",
        "not-json",
        "m",
        source,
        partition,
        offset,
        5,
        base64("k"),
        base64("x".repeat(DeadLettered.MAX_VALUE_BYTES)),
        1,
        100_000,
        true,
        Map.of(),
        5,
        null);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private void send(String topic, DeadLettered letter) {
    // Flushed before the replay.
    var unused = producer.send(new ProducerRecord<>(topic, codec.encode(letter)));
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrap(), "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (partitions.stream()
          .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }
}
