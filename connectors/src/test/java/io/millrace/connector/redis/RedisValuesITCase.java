package io.millrace.connector.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.connector.store.Refusal;
import io.millrace.local.store.LocalRedis;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.GeoCoordinate;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** Strings, hashes and positions: the newest version stays, in whatever order and how often. */
class RedisValuesITCase {
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

  @Test
  void string_newestVersionStays() throws Exception {
    write(new RedisString("verdict:a", 2, "allowed", 0));
    write(new RedisString("verdict:a", 1, "older", 0));
    write(new RedisString("verdict:a", 2, "same", 0));

    assertThat(client.get("verdict:a")).isEqualTo("allowed");
    assertThat(client.get("verdict:a:version")).isEqualTo("2");
    assertThat(client.pttl("verdict:a")).isEqualTo(-1);

    write(new RedisString("verdict:a", 3, "\r\n\0😀", 0));

    assertThat(client.get("verdict:a")).isEqualTo("\r\n\0😀");
  }

  @Test
  void string_thatExpires_goesWithItsVersion() throws Exception {
    write(new RedisString("verdict:a", 1, "refused", 600_000));

    assertThat(client.pttl("verdict:a")).isBetween(500_000L, 600_000L);
    assertThat(client.pttl("verdict:a:version")).isBetween(500_000L, 600_000L);
  }

  @Test
  void hash_isReplacedWhole() throws Exception {
    write(new RedisHash("user:a", 1, Map.of("name", "A", "old", "x"), 0));
    write(new RedisHash("user:a", 3, Map.of("name", "C"), 60_000));
    write(new RedisHash("user:a", 2, Map.of("name", "B"), 0));

    assertThat(client.hgetAll("user:a")).isEqualTo(Map.of("name", "C", "version", "3"));
    assertThat(client.pttl("user:a")).isBetween(1L, 60_000L);
  }

  @Test
  void position_newestOfEachMemberStays() throws Exception {
    write(new RedisPosition("positions", "a", 5, 13.4, 52.5));
    write(
        new RedisPosition("positions", "b", 1, -180, RedisPosition.MAX_LATITUDE),
        new RedisPosition("positions", "a", 4, 0, 0));

    GeoCoordinate a = client.geopos("positions", "a").get(0);
    assertThat(a.getLongitude()).isCloseTo(13.4, within(1e-4));
    assertThat(a.getLatitude()).isCloseTo(52.5, within(1e-4));
    assertThat(client.hgetAll("positions:versions")).isEqualTo(Map.of("a", "5", "b", "1"));
  }

  @Test
  void write_keyHoldsSomethingElse_refusesItAndWritesTheOthers() throws Exception {
    client.lpush("list", "x");
    client.lpush("list:versions", "x");

    List<Refusal<RedisWrite>> refused =
        write(
            new RedisString("list", 1, "s", 0),
            new RedisString("fine", 1, "s", 0),
            new RedisHash("list", 1, Map.of(), 0),
            new RedisPosition("list", "m", 1, 0, 0));

    assertThat(refused).hasSize(3).allMatch(refusal -> refusal.message().contains("WRONGTYPE"));
    assertThat(client.get("fine")).isEqualTo("s");
    assertThat(client.llen("list")).isEqualTo(1);
  }

  @Test
  void values_outOfRange_areRefusedBeforeTheyAreWritten() {
    assertThatThrownBy(() -> new RedisPosition("p", "m", 1, 0, 85.06))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RedisPosition("p", "m", 1, Double.NaN, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RedisString("k", (1L << 53) + 1, "v", 0))
        .hasMessageContaining("2^53");
    assertThatThrownBy(() -> new RedisString("k", 1, "v", -1))
        .hasMessageContaining("negative time");
    assertThatThrownBy(() -> new RedisHash("k", 1, Map.of("version", "1"), 0))
        .hasMessageContaining("'version'");
  }

  private static List<Refusal<RedisWrite>> write(RedisWrite... writes) throws Exception {
    try (RedisConnection connection =
        new RedisConnection(URI.create("redis://" + redis.address()), 20_000)) {
      return new ArrayList<>(connection.write(List.of(writes)));
    }
  }
}
