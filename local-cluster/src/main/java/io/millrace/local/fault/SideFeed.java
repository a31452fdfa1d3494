package io.millrace.local.fault;

import io.millrace.local.feed.KeyReader;
import io.millrace.schema.Topic;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Feeds the topics beside the one with the ledger's records. Used by one thread. */
final class SideFeed implements AutoCloseable {
  private static final long PULSE_MILLIS = 1_000;

  private final List<SideInput<?>> sides;
  private final Consumer<Exception> onFailure;
  private final @Nullable KafkaProducer<byte[], byte[]> producer;
  private long pulsed = Long.MIN_VALUE;

  SideFeed(Map<String, Object> settings, List<SideInput<?>> sides, Consumer<Exception> onFailure) {
    this.sides = sides;
    this.onFailure = onFailure;
    this.producer =
        sides.isEmpty()
            ? null
            : new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Sends what is in the topics before everything else, and waits until Kafka has it. */
  void give() {
    sides.forEach(this::give);
    flush();
  }

  private <T extends Record> void give(SideInput<T> side) {
    side.given().forEach(record -> send(side.topic(), null, record));
  }

  /** Sends a pulse of time {@code at} to each partition, unless it had one within a second. */
  void pulse(long at) {
    if (pulsed != Long.MIN_VALUE && at - pulsed < PULSE_MILLIS) {
      return;
    }
    pulsed = at;
    sides.forEach(side -> pulse(side, at));
  }

  private <T extends Record> void pulse(SideInput<T> side, long at) {
    for (int partition = 0; partition < side.topic().partitions(); partition++) {
      send(side.topic(), partition, side.pulse().apply(at));
    }
  }

  /** Waits until Kafka has everything. */
  void flush() {
    if (producer != null) {
      producer.flush();
    }
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(LedgerFeed.CLOSE_LIMIT);
    }
  }

  private <T extends Record> void send(Topic<T> topic, @Nullable Integer partition, T record) {
    if (producer == null) {
      throw new IllegalStateException("there is nothing to feed");
    }
    byte[] value = topic.codec().encode(record);
    var unused =
        producer.send(
            new ProducerRecord<>(topic.name(), partition, new KeyReader(topic).key(value), value),
            (metadata, problem) -> {
              if (problem != null) {
                onFailure.accept(problem);
              }
            });
  }
}
