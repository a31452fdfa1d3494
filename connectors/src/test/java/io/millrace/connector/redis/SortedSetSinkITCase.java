package io.millrace.connector.redis;

import static io.millrace.connector.redis.Rankings.HASH;
import static io.millrace.connector.redis.Rankings.KEY;
import static io.millrace.connector.redis.Rankings.flush;
import static io.millrace.connector.redis.Rankings.member;
import static io.millrace.connector.redis.Rankings.snapshot;
import static io.millrace.connector.redis.Rankings.stored;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.redis.SortedSetSnapshot.Member;
import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.store.LocalRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;

@Timeout(120)
class SortedSetSinkITCase {
  @TempDir static Path directory;
  private static LocalRedis redis;
  private static Jedis client;

  @BeforeAll
  static void startServer() throws IOException {
    redis = LocalRedis.start(directory);
    client = new Jedis(HostAndPort.from(redis.address()));
  }

  @AfterAll
  static void stopServer() {
    client.close();
    redis.close();
  }

  @BeforeEach
  void clear() {
    client.flushAll();
  }

  @AfterEach
  void noConnectionIsLeft() {
    await().until(() -> client.clientList().lines().count() == 1);
  }

  @Test
  void flush_newerVersion_replacesSetAndHashWhole() throws Exception {
    try (var writer = writer()) {
      flush(
          writer, snapshot(1, Map.of("total", "9", "old", "x"), member("/a", 4), member("/b", 5)));
      flush(writer, snapshot(2, Map.of("total", "7"), member("/c", 7)));
    }

    assertThat(stored(client)).containsExactly(member("/c", 7));
    assertThat(client.hgetAll(HASH)).isEqualTo(Map.of("version", "2", "total", "7"));
  }

  @Test
  void flush_olderVersion_changesNothing() throws Exception {
    try (var writer = writer()) {
      flush(writer, snapshot(10, Map.of("total", "4"), member("/a", 4)));
      flush(writer, snapshot(9, Map.of("total", "5"), member("/b", 5)));
    }

    assertThat(stored(client)).containsExactly(member("/a", 4));
    assertThat(client.hgetAll(HASH)).isEqualTo(Map.of("version", "10", "total", "4"));
  }

  @Test
  void flush_equalVersion_firstStays() throws Exception {
    try (var writer = writer()) {
      flush(writer, snapshot(3, member("/a", 1)), snapshot(3, member("/b", 2)));
      flush(writer, snapshot(3, member("/c", 3)));
    }

    assertThat(stored(client)).containsExactly(member("/a", 1));
  }

  @Test
  void flush_neighboursAtTheEndOfTheRange_areToldApart() throws Exception {
    long last = 1L << 53;
    try (var writer = writer()) {
      flush(writer, snapshot(-last, member("/a", 1)));
      flush(writer, snapshot(last - 1, member("/b", 2)));
      flush(writer, snapshot(last, member("/c", 3)));
      flush(writer, snapshot(last - 1, member("/d", 4)));
    }

    assertThat(stored(client)).containsExactly(member("/c", 3));
    assertThat(client.hget(HASH, "version")).isEqualTo("9007199254740992");
  }

  @Test
  void flush_replayByAnotherWriter_endsTheSame() throws Exception {
    SortedSetSnapshot first = snapshot(1, Map.of("total", "1"), member("/a", 1));
    SortedSetSnapshot second = snapshot(2, Map.of("total", "2"), member("/a", 2));
    try (var writer = writer();
        var restored = writer()) {
      flush(writer, first);
      flush(writer, second);
      flush(restored, first);
      flush(restored, second);
    }

    assertThat(stored(client)).containsExactly(member("/a", 2));
    assertThat(client.hgetAll(HASH)).isEqualTo(Map.of("version", "2", "total", "2"));
  }

  @Test
  void flush_emptyRanking_clearsTheSetAndKeepsTheHash() throws Exception {
    try (var writer = writer()) {
      flush(writer, snapshot(1, Map.of("total", "1"), member("/a", 1)));
      flush(writer, snapshot(2, Map.of("total", "0")));
      flush(writer, snapshot(1, Map.of("total", "1"), member("/a", 1)));
    }

    assertThat(client.exists(KEY)).isFalse();
    assertThat(client.hgetAll(HASH)).isEqualTo(Map.of("version", "2", "total", "0"));
  }

  @Test
  void flush_tenThousandMembers_areAllThere() throws Exception {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      members.add(member("/page/" + i, i));
    }
    try (var writer = writer()) {
      flush(writer, new SortedSetSnapshot(KEY, HASH, 1, members, Map.of("k", "10000")));
    }

    assertThat(stored(client)).isEqualTo(members);
  }

  @Test
  void flush_scores_areExact() throws Exception {
    Member[] members = {
      member("least", Double.NEGATIVE_INFINITY),
      member("small", Double.MIN_VALUE),
      member("tenth", 0.1),
      member("last but one", (1L << 53) - 1),
      member("last whole", 1L << 53),
      member("most", Double.POSITIVE_INFINITY),
    };
    try (var writer = writer()) {
      flush(writer, snapshot(1, members));
    }

    assertThat(stored(client)).containsExactly(members);
  }

  @Test
  void flush_awkwardBytes_arriveAsTheyAre() throws Exception {
    List<String> names =
        List.of(
            "",
            " ",
            "a\r\nDEL topk:path\r\n",
            "nul\0nul",
            "\"quotes' and \\",
            "😀 é e\u0301 \u202e",
            "]] redis.call('FLUSHALL') --[[",
            "*".repeat(70_000));
    String key = "topk:\r\n\0😀";
    List<Member> members = new ArrayList<>();
    for (String name : names) {
      members.add(member(name, members.size()));
    }
    try (var writer = writer()) {
      flush(
          writer, new SortedSetSnapshot(key, key + ":window", 1, members, Map.of("", "\r\n\0😀")));
    }

    assertThat(client.zrange(key.getBytes(UTF_8), 0, -1))
        .containsExactlyElementsOf(names.stream().map(name -> name.getBytes(UTF_8)).toList());
    assertThat(client.hgetAll(key + ":window")).isEqualTo(Map.of("version", "1", "", "\r\n\0😀"));
  }

  @Test
  void write_severalOfOneKey_latestIsWrittenOnce() throws Exception {
    try (var writer = writer()) {
      flush(
          writer,
          snapshot(1, member("/a", 1)),
          snapshot(3, member("/a", 3)),
          snapshot(2, member("/a", 2)));
      writer.flush();

      assertThat(writer.written()).isEqualTo(1);
    }

    assertThat(stored(client)).containsExactly(member("/a", 3));
  }

  @Test
  void write_fullBuffer_isWrittenBeforeTheCheckpoint() throws Exception {
    List<Member> many = IntStream.range(0, 10_000).mapToObj(i -> member("/" + i, i)).toList();
    try (var writer = writer()) {
      for (int key = 0; key < 10; key++) {
        assertThat(client.dbSize()).isZero();
        writer.write(new SortedSetSnapshot("key:" + key, "hash:" + key, 1, many, Map.of()));
      }
      assertThat(client.dbSize()).isEqualTo(20);
    }
  }

  @Test
  void write_keysWithoutMembers_fillTheBufferToo() throws Exception {
    try (var writer = writer()) {
      for (int key = 0; key < SortedSetSnapshot.MAX_ENTRIES; key++) {
        writer.write(new SortedSetSnapshot("key:" + key, "hash:" + key, 1, List.of(), Map.of()));
      }
    }

    assertThat(client.dbSize()).isEqualTo(SortedSetSnapshot.MAX_ENTRIES);
  }

  @Test
  void close_unflushed_writesNothing() throws Exception {
    try (var writer = writer()) {
      writer.write(snapshot(1, member("/a", 1)));
    }

    assertThat(client.dbSize()).isZero();
  }

  @Test
  void flush_scriptsFlushedBetween_goesOn() throws Exception {
    try (var writer = writer()) {
      flush(writer, snapshot(1, member("/a", 1)));
      client.scriptFlush();
      flush(writer, snapshot(2, member("/b", 2)));
    }

    assertThat(stored(client)).containsExactly(member("/b", 2));
  }

  @Test
  void flush_readersMeanwhile_neverSeeHalf() throws Exception {
    int rounds = 100;
    FutureTask<Integer> reader = new FutureTask<>(() -> readUntil(rounds));
    new Thread(reader).start();
    try (var writer = writer()) {
      for (int round = 1; round <= rounds; round++) {
        int size = round % 3 * 1_500;
        flush(
            writer,
            snapshot(
                round,
                Map.of("size", String.valueOf(size)),
                IntStream.range(0, size).mapToObj(i -> member("/" + i, i)).toArray(Member[]::new)));
      }
    }

    assertThat(reader.get()).isPositive();
  }

  private static StoreWriterRun<SortedSetSnapshot, RedisWrite> writer() throws Exception {
    return Rankings.writer(redis.address());
  }

  /** How often set and hash were read, each time in one step, and agreed. */
  private static int readUntil(long version) {
    int reads = 0;
    try (Jedis reader = new Jedis(HostAndPort.from(redis.address()))) {
      while (true) {
        Response<Long> members;
        Response<Map<String, String>> hash;
        try (Transaction transaction = reader.multi()) {
          members = transaction.zcard(KEY);
          hash = transaction.hgetAll(HASH);
          transaction.exec();
        }
        if (!hash.get().isEmpty()) {
          assertThat(hash.get()).containsEntry("size", String.valueOf(members.get()));
          reads++;
          if (String.valueOf(version).equals(hash.get().get("version"))) {
            return reads;
          }
        }
      }
    }
  }
}
