package io.millrace.connector.store;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.lane.DeadLettered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes every element to a store, the latest of each key, before the checkpoint after it
 * completes; so after any failure the store ends with what it would hold without it. What the store
 * refuses for good goes on as a dead letter of stage {@code sink}; it is written exactly once, as
 * any row.
 *
 * <p>A store that is away, full or failing over, or does not let the user in, holds the job back:
 * what waits is tried again at intervals that double from 0.1 s to 10 s, each cut by up to a half
 * at random. After two minutes of it the job fails, and goes on from its last checkpoint.
 *
 * <p><b>Space</b>: at most {@value #MAX_WRITES} values and 8 MiB, beyond which the last may go.
 * <b>Replay</b>: idempotent. <b>Order</b>: not sensitive, as long as no two values of a key differ
 * at one version.
 *
 * <p><b>Metrics</b>: {@code numStoreWrites}, values that the store took or knew better; {@code
 * numStoreRetries}; {@code storeInFlight}, values that wait or are being written; {@code
 * storeLatencyMillis}, of a batch.
 */
public final class StoreWriter<T extends Record, W extends StoreWrite>
    extends AbstractStreamOperator<DeadLettered>
    implements OneInputStreamOperator<T, DeadLettered>, BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

  /** The most values that wait. */
  public static final int MAX_WRITES = 5_000;

  /** How long a store may fail without a break before the job does. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final long MAX_BYTES = 8L << 20;
  private static final long FIRST_WAIT_MILLIS = 100;
  private static final long LONGEST_WAIT_MILLIS = 10_000;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int LATENCIES = 500;

  private final Class<T> type;
  private final SerializableFunction<T, W> write;
  private final Store<W> store;
  private final String job;
  private final Duration patience;

  private transient StoreConnection<W> connection;
  private transient JsonCodec<T> codec;
  private transient Map<Object, Pending<T, W>> pending;
  private transient long pendingBytes;
  private transient Counter written;
  private transient Counter retries;
  private transient Histogram latencies;
  private transient long rowsWithoutJson;

  /** A value that waits, and what it was made of. */
  private record Pending<T, W>(T element, W write) {}

  /**
   * A writer.
   *
   * @param type of the elements
   * @param write what each element stands for
   * @param job name of the job, for dead letters
   * @param patience how long the store may fail without a break
   */
  StoreWriter(
      Class<T> type,
      SerializableFunction<T, W> write,
      Store<W> store,
      String job,
      Duration patience) {
    this.type = type;
    this.write = write;
    this.store = store;
    this.job = job;
    this.patience = patience;
  }

  /**
   * Writes a stream to a store.
   *
   * @param type of the elements
   * @param write what each element stands for; elements of one key must be in one partition of the
   *     stream
   * @param job name of the job, for dead letters
   * @return what the store refused for good
   */
  public static <T extends Record, W extends StoreWrite>
      SingleOutputStreamOperator<DeadLettered> write(
          DataStream<T> elements,
          Class<T> type,
          SerializableFunction<T, W> write,
          Store<W> store,
          String job) {
    return elements.transform(
        "Write " + store.target(),
        TypeInformation.of(DeadLettered.class),
        new StoreWriter<>(type, write, store, job, PATIENCE));
  }

  @Override
  public void open() throws Exception {
    super.open();
    connection = store.connect();
    codec = JsonCodec.of(type);
    pending = new LinkedHashMap<>();
    MetricGroup metrics = getMetricGroup();
    written = metrics.counter("numStoreWrites");
    retries = metrics.counter("numStoreRetries");
    latencies =
        metrics.histogram("storeLatencyMillis", new DescriptiveStatisticsHistogram(LATENCIES));
    metrics.gauge("storeInFlight", pending::size);
  }

  @Override
  public void processElement(StreamRecord<T> element) throws Exception {
    T value = element.getValue();
    W next = write.apply(value);
    Pending<T, W> known = pending.get(next.key());
    if (known != null && known.write.version() >= next.version()) {
      return;
    }
    pending.put(next.key(), new Pending<>(value, next));
    pendingBytes += next.bytes() - (known == null ? 0 : known.write.bytes());
    if (pending.size() >= MAX_WRITES || pendingBytes >= MAX_BYTES) {
      flush();
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    flush();
  }

  @Override
  public void endInput() throws Exception {
    flush();
  }

  /** Closes the connection. What still waits belongs to no checkpoint and comes once more. */
  @Override
  public void close() throws Exception {
    if (connection != null) {
      connection.close();
    }
    super.close();
  }

  /** How many values the store took. */
  long writtenCount() {
    return written.getCount();
  }

  /** How often the store was tried again. */
  long retryCount() {
    return retries.getCount();
  }

  private void flush() throws IOException, InterruptedException {
    if (pending.isEmpty()) {
      return;
    }
    List<W> writes = new ArrayList<>(pending.size());
    pending.values().forEach(each -> writes.add(each.write));
    List<Refusal<W>> refusals = written(writes);
    written.inc(writes.size() - refusals.size());
    for (Refusal<W> refusal : refusals) {
      refuse(refusal);
    }
    pending.clear();
    pendingBytes = 0;
  }

  /** Writes until the store has taken or refused all. */
  private List<Refusal<W>> written(List<W> writes) throws IOException, InterruptedException {
    long waitMillis = FIRST_WAIT_MILLIS;
    long firstFailureNanos = 0;
    for (int failures = 0; ; failures++) {
      long startNanos = System.nanoTime();
      try {
        List<Refusal<W>> refusals = connection.write(writes);
        latencies.update((System.nanoTime() - startNanos) / NANOS_PER_MILLI);
        if (failures > 0) {
          LOG.info("{} took the writes after {} failures", store.name(), failures);
        }
        return refusals;
      } catch (StoreUnavailableException e) {
        if (failures == 0) {
          firstFailureNanos = System.nanoTime();
        }
        Duration failing = Duration.ofNanos(System.nanoTime() - firstFailureNanos);
        if (failing.plusMillis(waitMillis).compareTo(patience) > 0) {
          throw outOfPatience(e, failures + 1, failing);
        }
        LOG.warn("{} failed, trying again: {}", store.name(), e.getMessage());
        retries.inc();
        Thread.sleep(waitMillis - ThreadLocalRandom.current().nextLong(waitMillis / 2));
        waitMillis = Math.min(2 * waitMillis, LONGEST_WAIT_MILLIS);
      }
    }
  }

  private IOException outOfPatience(
      StoreUnavailableException last, int failures, Duration failing) {
    return new IOException(
        String.format(
            "%s failed %d times in %d s, last: %s; check %s, and that the server runs and takes"
                + " writes; nothing is lost, the job goes on from its last checkpoint",
            store.name(), failures, failing.toSeconds(), last.getMessage(), store.advice()),
        last);
  }

  private void refuse(Refusal<W> refusal) {
    Pending<T, W> refused = pending.get(refusal.write().key());
    byte @Nullable [] value = refused == null ? null : json(refused.element);
    output.collect(
        new StreamRecord<>(
            DeadLetters.ofRow(
                job,
                Rejection.REFUSED_BY_STORE,
                refusal.message(),
                store.target(),
                getProcessingTimeService().getCurrentProcessingTime(),
                refusal.write().keyText().getBytes(StandardCharsets.UTF_8),
                value)));
  }

  /** The element as JSON; null where it has no such form. Log lines grow with the logarithm. */
  private byte @Nullable [] json(T element) {
    try {
      return codec.encode(element);
    } catch (IllegalArgumentException e) {
      rowsWithoutJson++;
      if (Long.bitCount(rowsWithoutJson) == 1) {
        LOG.warn(
            "{} rows that {} refused have no form in JSON, last: {}",
            rowsWithoutJson,
            store.name(),
            e.getMessage());
      }
      return null;
    }
  }
}
