package io.millrace.connector.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.fault.CommandProxy;
import io.millrace.local.store.LocalRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.ClientKillParams;

/** 100,000 values, each written in three versions, end as they would without what happens. */
@Timeout(120)
public class RedisOutageITCase {
  private static final int KEYS = 100_000;
  private static final int VERSIONS = 3;
  private static final int BARRIER_EVERY = 10_000;
  private static final int ANSWER_MILLIS = 500;

  @TempDir static Path directory;
  private static LocalRedis redis;
  private static Jedis client;

  /** A value as tests send it. */
  public record Sent(String key, long version) {}

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

  @Test
  void values_writtenTwice_areThoseOfTheLastVersion() throws Exception {
    try (var writer = writer()) {
      writeAll(writer, i -> {});
      writeAll(writer, i -> {});
    }

    assertHoldsTheLastOfEach();
  }

  @Test
  void values_olderCheckpointRestored_areThoseOfTheLastVersion() throws Exception {
    try (var writer = writer()) {
      writeAll(writer, i -> {});
    }
    try (var restored = writer()) {
      for (int i = 0; i < KEYS; i++) {
        restored.write(sent(i));
      }
      restored.flush();
    }

    assertHoldsTheLastOfEach();
  }

  @Test
  void values_connectionCutAtEveryBarrier_areAllThere() throws Exception {
    try (var writer = writer()) {
      writeAll(
          writer,
          i -> client.clientKill(new ClientKillParams().skipMe(ClientKillParams.SkipMe.YES)));

      assertThat(writer.retries()).isPositive();
    }

    assertHoldsTheLastOfEach();
  }

  @Test
  void values_serverHangs_areAllThereWhenItGoesOn() throws Exception {
    try (var writer = writer()) {
      FutureTask<Void> writing =
          new FutureTask<>(
              () -> {
                writeAll(
                    writer,
                    i -> {
                      if (i == KEYS) {
                        signal("-STOP");
                      }
                    });
                return null;
              });
      new Thread(writing).start();
      await().atMost(Duration.ofMinutes(1)).until(() -> writer.retries() > 0);
      signal("-CONT");
      writing.get();
    }

    assertHoldsTheLastOfEach();
  }

  @Test
  void values_everyHundredthCommandFails_areAllThere() throws Exception {
    try (CommandProxy proxy = CommandProxy.ofRedis(HostAndPort.from(redis.address()).getPort());
        var writer = writer(proxy.address())) {
      proxy.failOneOf(100);
      writeAll(writer, i -> {});

      assertThat(proxy.failed()).isGreaterThan((long) VERSIONS * KEYS / 100 - 1);
      assertThat(writer.refused()).isEmpty();
    }

    assertHoldsTheLastOfEach();
  }

  @Test
  void values_everyCommandFails_waitUntilNoneDoes() throws Exception {
    try (CommandProxy proxy = CommandProxy.ofRedis(HostAndPort.from(redis.address()).getPort());
        var writer = writer(proxy.address())) {
      proxy.failOneOf(1);
      FutureTask<Void> writing =
          new FutureTask<>(
              () -> {
                writeAll(writer, i -> {});
                return null;
              });
      new Thread(writing).start();
      await().atMost(Duration.ofMinutes(1)).until(() -> writer.retries() > 2);
      proxy.failOneOf(0);
      writing.get();

      assertThat(writer.refused()).isEmpty();
    }

    assertHoldsTheLastOfEach();
  }

  private static void signal(String signal) {
    try {
      assertThat(new ProcessBuilder("kill", signal, String.valueOf(redis.pid())).start().waitFor())
          .isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Is told where the writing is. */
  private interface AtBarrier {
    void at(int written);
  }

  private static void writeAll(StoreWriterRun<Sent, RedisWrite> writer, AtBarrier barrier)
      throws Exception {
    for (int i = 0; i < VERSIONS * KEYS; i++) {
      if (i % BARRIER_EVERY == 0) {
        barrier.at(i);
        writer.flush();
      }
      writer.write(sent(i));
    }
    writer.flush();
  }

  /** The versions of a key come one after the other, and the last first for every other key. */
  private static Sent sent(int i) {
    int key = i % KEYS;
    int version = i / KEYS;
    return new Sent("key-" + key, key % 2 == 0 ? version : VERSIONS - 1 - version);
  }

  private static StoreWriterRun<Sent, RedisWrite> writer() throws Exception {
    return writer(redis.address());
  }

  private static StoreWriterRun<Sent, RedisWrite> writer(String address) throws Exception {
    Configuration config = new Configuration().set(RedisOptions.REDIS, address);
    return StoreWriterRun.of(
        Sent.class,
        sent -> new RedisString(sent.key(), sent.version(), "value-" + sent.version(), 0),
        RedisStore.of(config, "key-<n>", ANSWER_MILLIS),
        Duration.ofMinutes(1));
  }

  private static void assertHoldsTheLastOfEach() {
    assertThat(client.dbSize()).isEqualTo(2L * KEYS);
    Map<String, String> wrong = new HashMap<>();
    List<String> keys = new ArrayList<>();
    for (int key = 0; key < KEYS; key++) {
      keys.add("key-" + key);
    }
    List<String> values = client.mget(keys.toArray(String[]::new));
    for (int key = 0; key < KEYS; key++) {
      if (!("value-" + (VERSIONS - 1)).equals(values.get(key))) {
        wrong.put(keys.get(key), values.get(key));
      }
    }
    assertThat(wrong).isEmpty();
  }
}
