package io.millrace.connector.redis;

import static io.millrace.connector.redis.Rankings.HASH;
import static io.millrace.connector.redis.Rankings.KEY;
import static io.millrace.connector.redis.Rankings.flush;
import static io.millrace.connector.redis.Rankings.member;
import static io.millrace.connector.redis.Rankings.snapshot;
import static io.millrace.connector.redis.Rankings.stored;
import static io.millrace.connector.redis.Rankings.writer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.millrace.connector.store.StoreWriter;
import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.host.FreePorts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.ClientKillParams;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/** What the sink does while its server is away, full or will not have it. */
@Timeout(120)
class SortedSetOutageITCase {
  private static final String SECRET = "hunter2";
  private static final Map<String, Long> LATEST_SENT = new ConcurrentHashMap<>();

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder().setNumberSlotsPerTaskManager(2).build());

  @TempDir Path directory;
  private int port;
  private String address = "";
  private RedisServer server;

  @BeforeEach
  void startServer() throws IOException {
    port = FreePorts.find();
    address = "127.0.0.1:" + port;
    server =
        RedisServer.newRedisServer()
            .executableProvider(ExecutableProvider.newJarResourceProvider(directory.toFile()))
            .port(port)
            .bind("127.0.0.1")
            .setting("dir " + directory)
            .setting("save \"\"")
            .setting("appendonly yes")
            .setting("appendfsync always")
            .onShutdownForceStop(true)
            .build();
    start();
  }

  @AfterEach
  void stopServerWithoutConnectionsLeft() throws IOException {
    try (Jedis client = client()) {
      await().until(() -> client.clientList().lines().count() == 1);
    } finally {
      server.stop();
    }
  }

  @Test
  void flush_serverKilledAndStartedAgain_losesNothing() throws Exception {
    try (var writer = writer(address)) {
      flush(writer, snapshot(1, member("/a", 1)));
      server.stop();
      FutureTask<Void> flush = flushUntilItWaits(writer, snapshot(2, member("/b", 2)));
      start();
      flush.get();
      flush(writer, new SortedSetSnapshot("other", "other:window", 1, List.of(), Map.of()));
    }

    try (Jedis client = client()) {
      assertThat(stored(client)).containsExactly(member("/b", 2));
      assertThat(client.hget(HASH, "version")).isEqualTo("2");
      assertThat(client.hget("other:window", "version")).isEqualTo("1");
    }
  }

  @Test
  void job_serverKilledTwiceInMidStream_endsWithTheLatest() throws Exception {
    LATEST_SENT.clear();
    Configuration config =
        Configuration.fromMap(
            Map.of(
                "redis", address,
                "parallelism.default", "2",
                "restart-strategy.type", "none",
                "execution.checkpointing.interval", "20ms"));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
    StoreWriter.write(
            env.fromSequence(1, 1L << 53)
                .map(SortedSetOutageITCase::remembered)
                .returns(SortedSetSnapshot.class)
                .keyBy(SortedSetSnapshot::key, Types.STRING),
            SortedSetSnapshot.class,
            snapshot -> snapshot,
            RedisStore.of(config, "ranking:<n>"),
            "test")
        .sinkTo(new DiscardingSink<>());
    JobClient job = env.executeAsync();

    for (int outage = 0; outage < 2; outage++) {
      awaitProgress(job);
      server.stop();
      start();
    }
    awaitProgress(job);
    job.stopWithSavepoint(
            false, directory.resolve("savepoint").toUri().toString(), SavepointFormatType.CANONICAL)
        .get();

    assertThat(LATEST_SENT).hasSize(10);
    try (Jedis client = client()) {
      LATEST_SENT.forEach(
          (key, version) -> {
            assertThat(client.hget(key + ":window", "version")).isEqualTo(version.toString());
            assertThat(client.zscore(key, "n")).isEqualTo(version.doubleValue());
          });
    }
  }

  @Test
  void flush_connectionKilled_isOpenedAgain() throws Exception {
    try (var writer = writer(address);
        Jedis client = client()) {
      flush(writer, snapshot(1, member("/a", 1)));
      client.clientKill(new ClientKillParams().skipMe(ClientKillParams.SkipMe.YES));
      flush(writer, snapshot(2, member("/b", 2)));

      assertThat(stored(client)).containsExactly(member("/b", 2));
    }
  }

  @Test
  void flush_memoryFull_waitsUntilThereIsSome() throws Exception {
    try (var writer = writer(address);
        Jedis client = client()) {
      flush(writer, snapshot(1, member("/a", 1)));
      client.configSet("maxmemory", "1");
      FutureTask<Void> flush = flushUntilItWaits(writer, snapshot(2, member("/b", 2)));
      assertThat(stored(client)).containsExactly(member("/a", 1));

      client.configSet("maxmemory", "0");
      flush.get();

      assertThat(stored(client)).containsExactly(member("/b", 2));
    }
  }

  @Test
  void flush_readOnlyReplica_waitsUntilItIsPrimary() throws Exception {
    try (var writer = writer(address);
        Jedis client = client()) {
      client.replicaof("127.0.0.1", FreePorts.find());
      FutureTask<Void> flush = flushUntilItWaits(writer, snapshot(1, member("/a", 1)));

      client.replicaofNoOne();
      flush.get();

      assertThat(stored(client)).containsExactly(member("/a", 1));
    }
  }

  @Test
  void flush_tooManyClients_waitsUntilThereIsRoom() throws Exception {
    try (var writer = writer(":" + SECRET + "@" + address);
        Jedis client = client()) {
      client.configSet("requirepass", SECRET);
      client.auth(SECRET);
      client.configSet("maxclients", "1");
      FutureTask<Void> flush = flushUntilItWaits(writer, snapshot(1, member("/a", 1)));

      client.configSet("maxclients", "100");
      flush.get();

      assertThat(stored(client)).containsExactly(member("/a", 1));
      client.configSet("requirepass", "");
    }
  }

  @Test
  void flush_interruptedWhileItWaits_stops() throws Exception {
    try (var writer = writer("127.0.0.1:" + FreePorts.find())) {
      writer.write(snapshot(1));
      FutureTask<Void> flush = flushTask(writer);
      Thread thread = startUntilItWaits(flush);
      thread.interrupt();

      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(flush::get)
          .withCauseInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void flush_nobodyThere_failsWithTheAddressAndNoSecret() throws Exception {
    String nowhere = "127.0.0.1:" + FreePorts.find();
    try (var writer = writer("app:" + SECRET + "@" + nowhere, Duration.ZERO)) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> flush(writer, snapshot(1)))
          .withMessageContaining(nowhere)
          .withMessageContaining("failed 1 times")
          .withMessageContaining("check --redis")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
    }
  }

  @Test
  void flush_wrongPassword_failsWithTheAddressAndNoSecret() throws Exception {
    try (var writer = writer("app:" + SECRET + "@" + address, Duration.ZERO);
        Jedis client = client()) {
      client.aclSetUser("app", "on", ">another", "~*", "+@all");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> flush(writer, snapshot(1)))
          .withMessageContaining(address)
          .withMessageContaining("WRONGPASS")
          .withMessageContaining("check --redis with its credentials")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
    }
  }

  @Test
  void flush_credentialsRevoked_waitsUntilTheyAreGivenBack() throws Exception {
    try (var writer = writer("app:" + SECRET + "@" + address);
        Jedis client = client()) {
      client.aclSetUser("app", "on", ">" + SECRET, "~*", "+@all");
      flush(writer, snapshot(1, member("/a", 1)));
      client.aclSetUser("app", "off", "resetpass");
      client.clientKill(new ClientKillParams().skipMe(ClientKillParams.SkipMe.YES));
      FutureTask<Void> flush = flushUntilItWaits(writer, snapshot(2, member("/b", 2)));
      assertThat(stored(client)).containsExactly(member("/a", 1));

      client.aclSetUser("app", "on", ">" + SECRET);
      flush.get();

      assertThat(stored(client)).containsExactly(member("/b", 2));
    }
  }

  @Test
  void flush_noPassword_waitsForOne() throws Exception {
    try (var writer = writer(address);
        Jedis client = client()) {
      client.configSet("requirepass", SECRET);
      FutureTask<Void> flush = flushUntilItWaits(writer, snapshot(1, member("/a", 1)));
      client.auth(SECRET);
      client.configSet("requirepass", "");
      flush.get();

      assertThat(stored(client)).containsExactly(member("/a", 1));
    }
  }

  @Test
  void flush_userAndDatabase_areThoseOfTheAddress() throws Exception {
    try (var writer = writer("app:s3cret%40%3A%2F@" + address + "/3");
        Jedis client = client()) {
      client.aclSetUser("app", "on", ">s3cret@:/", "~*", "+@all");
      flush(writer, snapshot(1, member("/a", 1)));

      assertThat(client.dbSize()).isZero();
      client.select(3);
      assertThat(stored(client)).containsExactly(member("/a", 1));
    }
  }

  @Test
  void flush_hashKeyHoldsSomethingElse_isADeadLetterAndLeftAsItIs() throws Exception {
    try (var writer = writer(address);
        Jedis client = client()) {
      client.set(HASH, "not ours");
      flush(
          writer,
          snapshot(1, member("/a", 1)),
          new SortedSetSnapshot("other", "other:window", 1, List.of(member("/b", 2)), Map.of()));

      assertThat(client.get(HASH)).isEqualTo("not ours");
      assertThat(client.exists(KEY)).isFalse();
      assertThat(client.zscore("other", "/b")).isEqualTo(2);
      assertThat(writer.refused())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.stage()).isEqualTo("sink");
                assertThat(letter.reason()).isEqualTo("refused-by-store");
                assertThat(letter.message()).contains("WRONGTYPE");
                assertThat(letter.topic()).isEqualTo("redis:topk:<dimension>");
                assertThat(Base64.getDecoder().decode(letter.key())).isEqualTo(KEY.getBytes(UTF_8));
                assertThat(new String(Base64.getDecoder().decode(letter.value()), UTF_8))
                    .contains("\"/a\"");
              });
      assertThat(writer.written()).isEqualTo(1);
    }
  }

  @Test
  void flush_storedVersionIsNoNumber_isADeadLetterAndLeftAsItIs() throws Exception {
    try (var writer = writer(address);
        Jedis client = client()) {
      client.hset(HASH, "version", "latest");
      flush(writer, snapshot(1, member("/a", 1)));

      assertThat(client.hgetAll(HASH)).isEqualTo(Map.of("version", "latest"));
      assertThat(writer.refused())
          .singleElement()
          .satisfies(
              letter ->
                  assertThat(letter.message()).contains("version of the hash is not a number"));
    }
  }

  /** Starts the server on its port, which the system may give back some time after its end. */
  private void start() {
    await()
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () -> {
              server.start();
              return true;
            });
  }

  private Jedis client() {
    return new Jedis("127.0.0.1", port);
  }

  /** Starts a flush and returns once it has failed and waits to try again. */
  private static FutureTask<Void> flushUntilItWaits(
      StoreWriterRun<SortedSetSnapshot, RedisWrite> writer, SortedSetSnapshot snapshot)
      throws Exception {
    writer.write(snapshot);
    FutureTask<Void> flush = flushTask(writer);
    startUntilItWaits(flush);
    return flush;
  }

  private static FutureTask<Void> flushTask(StoreWriterRun<SortedSetSnapshot, RedisWrite> writer) {
    return new FutureTask<>(
        () -> {
          writer.flush();
          return null;
        });
  }

  @CanIgnoreReturnValue
  private static Thread startUntilItWaits(FutureTask<Void> flush) {
    Thread thread = new Thread(flush);
    thread.start();
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    assertThat(flush).isNotDone();
    return thread;
  }

  private static SortedSetSnapshot remembered(long n) {
    String key = "ranking:" + n % 10;
    LATEST_SENT.merge(key, n, Math::max);
    return new SortedSetSnapshot(
        key, key + ":window", n, List.of(member("n", (double) n)), Map.of());
  }

  /** Returns once Redis holds a version of a key that was sent only after the call. */
  private void awaitProgress(JobClient job) {
    String key = "ranking:1";
    long sent = LATEST_SENT.getOrDefault(key, 0L);
    try (Jedis client = client()) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                assertThat(job.getJobStatus().get().isGloballyTerminalState())
                    .as("the job has ended")
                    .isFalse();
                String version = client.hget(key + ":window", "version");
                return version != null && Long.parseLong(version) > sent;
              });
    }
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
