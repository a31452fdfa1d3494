package io.millrace.local.feed;

import io.millrace.local.broker.LocalBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes records into topics. Safe for use by several threads. */
public final class TopicFeeder implements AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /** Connects to the broker at {@code bootstrap}. */
  public TopicFeeder(String bootstrap) {
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            LocalBroker.MAX_MESSAGE_BYTES,
            ProducerConfig.BATCH_SIZE_CONFIG,
            256 * 1024,
            ProducerConfig.LINGER_MS_CONFIG,
            5,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            4L * LocalBroker.MAX_MESSAGE_BYTES);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Sends one record; it may still be on its way when this returns.
   *
   * @throws IOException where this record or one before it could not be written
   */
  public void send(String topic, byte @Nullable [] key, byte[] value) throws IOException {
    send(new ProducerRecord<>(topic, key, value));
  }

  /** The same of a record that has more than key and value. */
  public void send(ProducerRecord<byte[], byte[]> record) throws IOException {
    throwFailure();
    var unused = producer.send(record, this::onSent);
    sent.incrementAndGet();
  }

  /**
   * Waits until all that was sent is in Kafka.
   *
   * @throws IOException where something could not be written
   */
  public void flush() throws IOException {
    producer.flush();
    throwFailure();
  }

  /** How many records were sent. */
  public long sent() {
    return sent.get();
  }

  @Override
  public void close() {
    producer.close(CLOSE_LIMIT);
  }

  private void onSent(@Nullable RecordMetadata metadata, @Nullable Exception problem) {
    if (problem != null) {
      failure.compareAndSet(null, problem);
    }
  }

  private void throwFailure() throws IOException {
    Exception problem = failure.get();
    if (problem != null) {
      throw new IOException("writing to Kafka failed: " + problem.getMessage(), problem);
    }
  }
}
