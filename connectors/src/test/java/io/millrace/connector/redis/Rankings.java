package io.millrace.connector.redis;

import io.millrace.connector.redis.SortedSetSnapshot.Member;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import redis.clients.jedis.Jedis;

/** One ranking in Redis, as tests write and read it. */
final class Rankings {
  static final String KEY = "topk:path";
  static final String HASH = "topk:path:window";
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private Rankings() {}

  static SortedSetSnapshot snapshot(long version, Map<String, String> hash, Member... members) {
    return new SortedSetSnapshot(KEY, HASH, version, List.of(members), hash);
  }

  static SortedSetSnapshot snapshot(long version, Member... members) {
    return snapshot(version, Map.of(), members);
  }

  static Member member(String name, double score) {
    return new Member(name, score);
  }

  static List<Member> stored(Jedis client) {
    return client.zrangeWithScores(KEY, 0, -1).stream()
        .map(tuple -> member(tuple.getElement(), tuple.getScore()))
        .toList();
  }

  static SortedSetWriter<SortedSetSnapshot> writer(String address) {
    return writer(address, PATIENCE, new SimpleCounter());
  }

  static SortedSetWriter<SortedSetSnapshot> writer(
      String address, Duration patience, Counter written) {
    return new SortedSetWriter<>(
        URI.create("redis://" + address), patience, snapshot -> snapshot, written);
  }

  static void write(SortedSetWriter<SortedSetSnapshot> writer, SortedSetSnapshot snapshot)
      throws IOException, InterruptedException {
    writer.write(snapshot, new NoContext());
  }

  static void flush(SortedSetWriter<SortedSetSnapshot> writer, SortedSetSnapshot... snapshots)
      throws IOException, InterruptedException {
    for (SortedSetSnapshot snapshot : snapshots) {
      write(writer, snapshot);
    }
    writer.flush(false);
  }

  private record NoContext() implements SinkWriter.Context {
    @Override
    public long currentWatermark() {
      return Long.MIN_VALUE;
    }

    @Override
    @SuppressWarnings("NullAway") // Flink's own signature: an element may have no timestamp.
    public Long timestamp() {
      return null;
    }
  }
}
