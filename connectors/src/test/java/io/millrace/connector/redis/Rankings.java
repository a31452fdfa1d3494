package io.millrace.connector.redis;

import io.millrace.connector.redis.SortedSetSnapshot.Member;
import io.millrace.connector.store.StoreWriterRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
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

  static StoreWriterRun<SortedSetSnapshot, RedisWrite> writer(String address) throws Exception {
    return writer(address, PATIENCE);
  }

  static StoreWriterRun<SortedSetSnapshot, RedisWrite> writer(String address, Duration patience)
      throws Exception {
    Configuration config = new Configuration();
    config.set(RedisOptions.REDIS, "redis://" + address);
    return StoreWriterRun.of(
        SortedSetSnapshot.class,
        snapshot -> snapshot,
        RedisStore.of(config, "topk:<dimension>"),
        patience);
  }

  static void flush(
      StoreWriterRun<SortedSetSnapshot, RedisWrite> writer, SortedSetSnapshot... snapshots)
      throws Exception {
    for (SortedSetSnapshot snapshot : snapshots) {
      writer.write(snapshot);
    }
    writer.flush();
  }
}
