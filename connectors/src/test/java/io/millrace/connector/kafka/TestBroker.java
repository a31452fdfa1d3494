package io.millrace.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.local.broker.LocalBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A broker, and clients that know nothing of what is tested. */
final class TestBroker implements AutoCloseable {
  private static final int PARTITIONS = 4;

  private final LocalBroker broker;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;

  private TestBroker(LocalBroker broker) {
    this.broker = broker;
    this.admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    this.producer = producer(Map.of());
  }

  static TestBroker start(Path directory) throws Exception {
    return new TestBroker(LocalBroker.start(directory));
  }

  String bootstrap() {
    return broker.bootstrap();
  }

  Admin admin() {
    return admin;
  }

  /** The options of a job of that name, all of whose topics start with {@code prefix}. */
  Configuration config(String job, String prefix, Map<String, String> more) {
    Map<String, String> values = new HashMap<>(more);
    values.put("bootstrap", bootstrap());
    values.put("job-name", job);
    values.put("topic-prefix", prefix);
    values.putIfAbsent("create-topics", "true");
    return Configuration.fromMap(values);
  }

  KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("bootstrap.servers", bootstrap());
    all.putIfAbsent("max.request.size", LocalBroker.MAX_MESSAGE_BYTES);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  void produce(String topic, int partition, String value) throws Exception {
    produce(topic, partition, null, value.getBytes(UTF_8));
  }

  void produce(String topic, int partition, byte @Nullable [] key, byte @Nullable [] value)
      throws Exception {
    producer.send(new ProducerRecord<>(topic, partition, key, value)).get();
  }

  /** Every committed record, up to the end that the topic has now. */
  List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(IsolationLevel.READ_COMMITTED)) {
      List<TopicPartition> partitions = partitions(topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  /** Whether no transaction is open in the topic. */
  boolean isDecided(String topic) {
    try (KafkaConsumer<byte[], byte[]> committed = consumer(IsolationLevel.READ_COMMITTED);
        KafkaConsumer<byte[], byte[]> written = consumer(IsolationLevel.READ_UNCOMMITTED)) {
      return committed.endOffsets(partitions(topic)).equals(written.endOffsets(partitions(topic)));
    }
  }

  static List<TopicPartition> partitions(String topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      partitions.add(new TopicPartition(topic, partition));
    }
    return partitions;
  }

  @Override
  public void close() {
    producer.close();
    admin.close();
    broker.close();
  }

  private KafkaConsumer<byte[], byte[]> consumer(IsolationLevel isolation) {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", bootstrap(), "isolation.level", isolation.toString()),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
