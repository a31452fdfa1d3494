package io.millrace.local.fault;

import io.millrace.schema.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a trial's records and enters in a ledger what Kafka acknowledges. Each partition has an
 * idempotent producer of its own that never gives up, so that a partition's records stay in the
 * order in which they were made, whatever happens to the broker. What is in the other topics of the
 * job comes first; each of their partitions then gets a pulse every second.
 */
public final class LedgerFeed implements AutoCloseable {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** So far are the other topics ahead at the end that no record waits for them. */
  private static final long BEYOND_MILLIS = 60_000;

  static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final Trial trial;
  private final Ledger ledger;
  private final JobOracle oracle;
  private final List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
  private final SideFeed sides;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final int[] madeBy;

  /** So many producers take turns. */
  private int active;

  private long made;

  /**
   * Connects to the broker at {@code bootstrap}; the ledger must have a producer per partition,
   * also for those that are added later.
   */
  public LedgerFeed(String bootstrap, Trial trial, Ledger ledger, JobOracle oracle) {
    this.trial = trial;
    this.ledger = ledger;
    this.oracle = oracle;
    this.sides = new SideFeed(settings(bootstrap), trial.sides(), this::failed);
    for (int producer = 0; producer < ledger.producers(); producer++) {
      producers.add(
          new KafkaProducer<>(
              settings(bootstrap), new ByteArraySerializer(), new ByteArraySerializer()));
    }
    this.madeBy = new int[ledger.producers()];
    this.active = ledger.producers();
  }

  /**
   * Says how many partitions are fed from now on, those with the lowest numbers; all unless it is
   * said.
   *
   * @param partitions from 1 to the ledger's number of producers
   */
  public void feedFirst(int partitions) {
    active = Objects.checkIndex(partitions - 1, producers.size()) + 1;
  }

  /**
   * Makes records as time goes by, until {@code stop} becomes true or {@code duration} is over.
   * While the broker is away it waits, and afterwards makes up for it.
   *
   * @param ratePerSecond records a second, positive
   * @throws IOException where Kafka refuses a record for good
   */
  public void feed(long ratePerSecond, Duration duration, BooleanSupplier stop) throws IOException {
    if (made == 0) {
      sides.give();
    }
    throwFailure();
    long start = System.nanoTime();
    long before = made;
    long elapsed = 0;
    while (elapsed < duration.toNanos() && !stop.getAsBoolean()) {
      elapsed = Math.min(duration.toNanos(), System.nanoTime() - start);
      long due = TimeUnit.NANOSECONDS.toMillis(elapsed) * ratePerSecond / 1_000 + before;
      while (made < due && !stop.getAsBoolean()) {
        RecordId id = nextId();
        send(trial.next(id, System.currentTimeMillis()));
      }
      sides.pulse(System.currentTimeMillis());
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  /**
   * Makes the record that closes each partition, and waits until Kafka has everything.
   *
   * @throws IOException where Kafka refuses a record for good
   */
  public void finish() throws IOException {
    long now = System.currentTimeMillis();
    while (made % active != 0) {
      send(trial.next(nextId(), now));
    }
    for (int producer = 0; producer < producers.size(); producer++) {
      LedgerRecord closing = trial.closing(idOf(producer), now);
      sides.pulse(closing.at() + BEYOND_MILLIS);
      send(closing);
    }
    producers.forEach(KafkaProducer::flush);
    sides.flush();
    throwFailure();
  }

  /** How many records were made. */
  public long made() {
    return made;
  }

  @Override
  public void close() {
    producers.forEach(producer -> producer.close(CLOSE_LIMIT));
    sides.close();
  }

  private RecordId nextId() {
    return idOf((int) (made % active));
  }

  private RecordId idOf(int producer) {
    made++;
    return new RecordId(producer, madeBy[producer]++);
  }

  private void send(LedgerRecord record) throws IOException {
    throwFailure();
    Topic<?> topic = trial.input();
    int partition = record.id().producer();
    ProducerRecord<byte[], byte[]> sent =
        new ProducerRecord<>(
            topic.name(),
            partition,
            record.at(),
            record.key().getBytes(StandardCharsets.UTF_8),
            record.value());
    try {
      var unused =
          producers.get(partition).send(sent, (metadata, problem) -> acknowledged(record, problem));
    } catch (KafkaException e) {
      throw new IOException("feeding " + topic.name() + " failed: " + e.getMessage(), e);
    }
  }

  private void acknowledged(LedgerRecord record, @Nullable Exception problem) {
    if (problem != null) {
      failed(problem);
      return;
    }
    ledger.acknowledge(record.id(), record.value());
    oracle.acknowledged(record);
  }

  private void failed(Exception problem) {
    failure.compareAndSet(null, problem);
  }

  private void throwFailure() throws IOException {
    Exception problem = failure.get();
    if (problem != null) {
      throw new IOException(
          "feeding " + trial.input().name() + " failed: " + problem.getMessage(), problem);
    }
  }

  private static Map<String, Object> settings(String bootstrap) {
    return Map.of(
        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
        bootstrap,
        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
        true,
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
        Integer.MAX_VALUE,
        ProducerConfig.MAX_BLOCK_MS_CONFIG,
        Integer.MAX_VALUE,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        10_000,
        ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
        200,
        ProducerConfig.BUFFER_MEMORY_CONFIG,
        64L * 1024 * 1024,
        ProducerConfig.BATCH_SIZE_CONFIG,
        128 * 1024,
        ProducerConfig.LINGER_MS_CONFIG,
        10,
        ProducerConfig.COMPRESSION_TYPE_CONFIG,
        "lz4");
  }
}
