package io.millrace.connector.redis;

import java.net.URI;
import java.time.Duration;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Keeps sorted sets in Redis equal to their latest snapshot. A snapshot replaces set and hash in
 * one step, and only if its version is above the one stored; so a reader never sees half of it, and
 * a replay after a failure changes nothing. Everything is written before a checkpoint completes.
 *
 * <p>A server that is away, full or failing over holds the job back; after two minutes of it the
 * job fails and goes on from its last checkpoint. The server is a single one or the primary of its
 * replicas, not a cluster, and must not evict the keys: their versions go with them.
 *
 * <p><b>Replay</b>: idempotent. <b>Order</b>: not sensitive, as long as no two snapshots of a key
 * differ at one version; of those the first stays.
 */
public final class SortedSetSink<T> implements Sink<T> {
  private static final long serialVersionUID = 1L;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final URI address;
  private final SerializableFunction<T, SortedSetSnapshot> snapshot;

  private SortedSetSink(URI address, SerializableFunction<T, SortedSetSnapshot> snapshot) {
    this.address = address;
    this.snapshot = snapshot;
  }

  /**
   * A sink to the server that the options name.
   *
   * @param snapshot what each element stands for
   * @throws IllegalArgumentException where the option {@code redis} is missing or malformed; the
   *     message says what to give
   */
  public static <T> SortedSetSink<T> of(
      Configuration config, SerializableFunction<T, SortedSetSnapshot> snapshot) {
    return new SortedSetSink<>(RedisOptions.address(config), snapshot);
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) {
    return new SortedSetWriter<>(
        address, PATIENCE, snapshot, context.metricGroup().getNumRecordsSendCounter());
  }
}
