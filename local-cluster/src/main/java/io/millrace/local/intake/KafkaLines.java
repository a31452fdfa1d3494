package io.millrace.local.intake;

import io.millrace.schema.codec.RawLine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes lines into a topic: acknowledged by all replicas, each once, in order. */
final class KafkaLines implements LineWriter, AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final int FRAME_BYTES = 64 * 1024;
  private static final int LINGER_MILLIS = 5;
  private static final int LOCKS = 64;

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final Object[] locks = new Object[LOCKS];

  /**
   * Connects, and looks for the topic.
   *
   * @param client further properties of the client, such as {@code security.protocol}
   * @throws KafkaException where the brokers can't be reached, or there is no such topic
   */
  KafkaLines(IntakeSettings settings, String bootstrap, Map<String, String> client) {
    this.topic = settings.topic();
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
    this.producer =
        new KafkaProducer<>(
            properties(settings.limits(), bootstrap, client),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    try {
      var unused = producer.partitionsFor(topic);
    } catch (KafkaException e) {
      close();
      throw e;
    }
  }

  private static Map<String, Object> properties(
      IntakeSettings.Limits limits, String bootstrap, Map<String, String> client) {
    int writeMillis = Math.toIntExact(limits.writeTime().toMillis());
    Map<String, Object> properties = new HashMap<>(client);
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, writeMillis);
    properties.put(
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, writeMillis / 2 - LINGER_MILLIS));
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, writeMillis);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, limits.lineBytes() + FRAME_BYTES);
    // What may be in flight has room, so that nothing waits to be sent.
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * limits.inFlightBytes());
    // A topic that is quiet for long is not forgotten: to look for it anew would wait.
    properties.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(7).toMillis());
    return properties;
  }

  @Override
  public CompletableFuture<@Nullable Void> write(String source, long at, List<byte[]> lines) {
    byte[] name = source.getBytes(StandardCharsets.UTF_8);
    return write(
        source,
        lines,
        line -> {
          ProducerRecord<byte[], byte[]> row = new ProducerRecord<>(topic, null, at, name, line);
          row.headers().add(RawLine.SOURCE_HEADER, name);
          return row;
        });
  }

  /** Writes what is known of uploads, where Kafka has their topic; else null. */
  @Nullable LineWriter media(String mediaTopic, Map<String, String> client, String bootstrap) {
    if (!isThere(mediaTopic, client, bootstrap)) {
      return null;
    }
    return (name, at, uploads) ->
        write(
            name,
            uploads,
            upload -> new ProducerRecord<>(mediaTopic, null, at, MediaUploads.key(upload), upload));
  }

  private static boolean isThere(String topic, Map<String, String> client, String bootstrap) {
    Map<String, Object> properties = new HashMap<>(client);
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    try (Admin admin = Admin.create(properties)) {
      return admin.listTopics().names().get().contains(topic);
    } catch (ExecutionException e) {
      throw new KafkaException("topics can't be listed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while topics were listed", e);
    }
  }

  private CompletableFuture<@Nullable Void> write(
      String lock, List<byte[]> lines, Function<byte[], ProducerRecord<byte[], byte[]>> toRow) {
    CompletableFuture<@Nullable Void> all = new CompletableFuture<>();
    AtomicInteger missing = new AtomicInteger(lines.size());
    if (lines.isEmpty()) {
      all.complete(null);
    }
    synchronized (locks[Math.floorMod(lock.hashCode(), LOCKS)]) {
      for (byte[] line : lines) {
        try {
          var unused =
              producer.send(
                  toRow.apply(line),
                  (metadata, failure) -> {
                    if (failure != null) {
                      all.completeExceptionally(failure);
                    } else if (missing.decrementAndGet() == 0) {
                      all.complete(null);
                    }
                  });
        } catch (KafkaException e) {
          all.completeExceptionally(e);
        }
        if (all.isCompletedExceptionally()) {
          break;
        }
      }
    }
    return all;
  }

  @Override
  public void close() {
    producer.close(CLOSE_LIMIT);
  }
}
