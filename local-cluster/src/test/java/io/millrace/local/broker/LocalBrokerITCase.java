package io.millrace.local.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalBrokerITCase {
  @TempDir static Path directory;

  private static LocalBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = LocalBroker.start(directory);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void bootstrap_started_isLoopback() {
    assertThat(broker.bootstrap()).matches("127\\.0\\.0\\.1:\\d+");
  }

  @Test
  void consume_committedAndAborted_readsOnlyCommitted() throws Exception {
    create("committed-and-aborted");
    try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "writer"))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record("committed-and-aborted", "kept")).get();
      producer.commitTransaction();
      producer.beginTransaction();
      producer.send(record("committed-and-aborted", "dropped")).get();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(record("committed-and-aborted", "kept too")).get();
      producer.commitTransaction();
    }

    assertThat(consume("committed-and-aborted", 2)).containsExactly("kept", "kept too");
  }

  @Test
  void produce_messageOfAlmost16MiB_isAccepted() throws Exception {
    create("large");
    byte[] large = new byte[LocalBroker.MAX_MESSAGE_BYTES - 1024];
    try (KafkaProducer<byte[], byte[]> producer =
        producer(Map.of("max.request.size", LocalBroker.MAX_MESSAGE_BYTES))) {
      long offset = producer.send(new ProducerRecord<>("large", large)).get().offset();
      assertThat(offset).isZero();
    }
  }

  @Test
  void initTransactions_timeoutOverFifteenMinutes_isRefused() {
    Map<String, Object> settings =
        Map.of("transactional.id", "too-long", "transaction.timeout.ms", 900_001);
    try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
      assertThatThrownBy(producer::initTransactions).isInstanceOf(KafkaException.class);
    }
  }

  @Test
  void describe_unknownTopic_isNotCreated() {
    try (Admin admin = admin()) {
      assertThatThrownBy(
              () -> admin.describeTopics(List.of("nobody-made-it")).allTopicNames().get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }
  }

  private static void create(String topic) throws Exception {
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("bootstrap.servers", broker.bootstrap());
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, String value) {
    return new ProducerRecord<>(topic, value.getBytes(UTF_8));
  }

  private static List<String> consume(String topic, int count) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrap(), "isolation.level", "read_committed");
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      Awaitility.await()
          .until(
              () -> {
                consumer
                    .poll(Duration.ofMillis(100))
                    .forEach(record -> values.add(new String(record.value(), UTF_8)));
                return values.size() >= count;
              });
    }
    return values;
  }
}
