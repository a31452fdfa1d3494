package io.millrace.local.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;

class LocalRedisITCase {
  @TempDir Path directory;

  @Test
  void start_writeRanking_readsItBack() throws Exception {
    try (LocalRedis redis = LocalRedis.start(directory);
        Jedis client = new Jedis(HostAndPort.from(redis.address()))) {
      client.zadd("topk:path", 3, "/a");
      client.zadd("topk:path", 5, "/b");

      assertThat(client.zrange("topk:path", 0, -1)).containsExactly("/a", "/b");
      assertThat(client.eval("return redis.call('ZCARD', 'topk:path')")).isEqualTo(2L);
    }
  }

  @Test
  void start_bind_isLoopbackOnlyAndKeepsNothing() throws Exception {
    try (LocalRedis redis = LocalRedis.start(directory);
        Jedis client = new Jedis(HostAndPort.from(redis.address()))) {
      assertThat(client.configGet("bind")).containsEntry("bind", "127.0.0.1");
      assertThat(client.configGet("save")).containsEntry("save", "");
      assertThat(client.configGet("appendonly")).containsEntry("appendonly", "no");
    }
  }

  @Test
  void close_running_processEnds() throws Exception {
    long pid;
    try (LocalRedis redis = LocalRedis.start(directory)) {
      pid = redis.pid();
      assertThat(ProcessHandle.of(pid)).isPresent();
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void start_twice_portsDiffer() throws Exception {
    try (LocalRedis one = LocalRedis.start(directory.resolve("one"));
        LocalRedis two = LocalRedis.start(directory.resolve("two"))) {
      assertThat(one.address()).isNotEqualTo(two.address());
    }
  }

  @Test
  void startAgain_durable_hasItsDataAndItsUser() throws Exception {
    try (LocalRedis redis = LocalRedis.startDurable(directory, "app", "secret")) {
      HostAndPort address = HostAndPort.from(redis.address());
      try (Jedis client = new Jedis(address)) {
        client.auth("app", "secret");
        client.set("kept", "7");
        redis.stop();
        assertThatThrownBy(() -> client.get("kept")).isInstanceOf(JedisConnectionException.class);
      }

      redis.startAgain();

      try (Jedis client = new Jedis(address)) {
        client.auth("app", "secret");
        assertThat(client.get("kept")).isEqualTo("7");
      }
    }
  }

  @Test
  void execute_command_isDoneOrRefusedWithTheServersWords() throws Exception {
    try (LocalRedis redis = LocalRedis.startDurable(directory, "app", "secret");
        Jedis client = new Jedis(HostAndPort.from(redis.address()))) {
      redis.execute("ACL SETUSER app resetpass >another");

      assertThatThrownBy(() -> client.auth("app", "secret"))
          .isInstanceOf(JedisAccessControlException.class);
      client.auth("app", "another");
      assertThatThrownBy(() -> redis.execute("NONSENSE"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("unknown command");
    }
  }
}
