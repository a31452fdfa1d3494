package io.millrace.connector.redis;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Buffers snapshots, the latest of each key, and writes them with one pipelined script each.
 *
 * <p><b>Space</b>: at most {@link #MAX_BUFFERED_ENTRIES} members, attributes and keys, beyond which
 * the last snapshot may go.
 */
final class SortedSetWriter<T> implements SinkWriter<T> {
  private static final int MAX_BUFFERED_ENTRIES = 100_000;
  private static final byte[] SCRIPT = script();

  private final RedisConnection connection;
  private final SerializableFunction<T, SortedSetSnapshot> snapshot;
  private final Counter written;
  private final Map<String, SortedSetSnapshot> buffered = new LinkedHashMap<>();
  private int bufferedEntries;

  /**
   * A writer.
   *
   * @param patience how long the server may fail without a break before a write does
   * @param written counts the snapshots that the server took or knew better
   */
  SortedSetWriter(
      URI address,
      Duration patience,
      SerializableFunction<T, SortedSetSnapshot> snapshot,
      Counter written) {
    this.connection = new RedisConnection(address, SCRIPT, patience);
    this.snapshot = snapshot;
    this.written = written;
  }

  @Override
  public void write(T element, Context context) throws IOException, InterruptedException {
    SortedSetSnapshot next = snapshot.apply(element);
    SortedSetSnapshot known = buffered.get(next.key());
    if (known != null && known.version() >= next.version()) {
      return;
    }
    buffered.put(next.key(), next);
    bufferedEntries += entries(next) - (known == null ? 0 : entries(known));
    if (bufferedEntries >= MAX_BUFFERED_ENTRIES) {
      flush(false);
    }
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    if (buffered.isEmpty()) {
      return;
    }
    List<RedisConnection.ScriptCall> calls = new ArrayList<>(buffered.size());
    for (SortedSetSnapshot each : buffered.values()) {
      calls.add(call(each));
    }
    connection.run(calls);
    written.inc(calls.size());
    buffered.clear();
    bufferedEntries = 0;
  }

  /** Closes the connection. What is still buffered belongs to no checkpoint and is replayed. */
  @Override
  public void close() {
    connection.close();
  }

  private static int entries(SortedSetSnapshot snapshot) {
    return 1 + snapshot.attributes().size() + snapshot.members().size();
  }

  private static RedisConnection.ScriptCall call(SortedSetSnapshot snapshot) {
    List<byte[]> arguments = new ArrayList<>(2 * entries(snapshot));
    arguments.add(utf8(String.valueOf(snapshot.version())));
    arguments.add(utf8(String.valueOf(snapshot.attributes().size())));
    snapshot
        .attributes()
        .forEach(
            (field, value) -> {
              arguments.add(utf8(field));
              arguments.add(utf8(value));
            });
    for (SortedSetSnapshot.Member member : snapshot.members()) {
      arguments.add(utf8(String.valueOf(member.score())));
      arguments.add(utf8(member.member()));
    }
    return new RedisConnection.ScriptCall(
        List.of(utf8(snapshot.key()), utf8(snapshot.attributesKey())), arguments);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] script() {
    try (InputStream in = SortedSetWriter.class.getResourceAsStream("replace-sorted-set.lua")) {
      if (in == null) {
        throw new IllegalStateException("replace-sorted-set.lua is not in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("replace-sorted-set.lua can't be read from the jar", e);
    }
  }
}
