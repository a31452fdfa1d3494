package io.millrace.job.web;

import static io.millrace.job.Commands.found;
import static io.millrace.job.Commands.succeed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.Commands;
import io.millrace.job.TopicReader;
import io.millrace.local.fault.RankingOracle;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A standing cluster of real processes, driven by Flink's own client and by our verbs, while
 * requests keep coming: savepoints, stops and restores at other parallelisms lose and double
 * nothing.
 */
class StandingClusterE2ECase {
  private static final long WINDOW_MILLIS = 2_000;
  private static final int PARTITIONS = 4;
  private static final Duration PUBLISH_LIMIT = Duration.ofMinutes(3);
  private static final List<String> OPTIONS =
      List.of("--window", "2s", "--k", "10", "--idle-timeout", "0s", "--stores", "none");

  @TempDir private Path directory;

  private final RankingOracle oracle = new RankingOracle(WINDOW_MILLIS, WINDOW_MILLIS, 10);
  private Commands commands;

  @BeforeEach
  void start() {
    commands = new Commands(directory.resolve("home"));
  }

  @AfterEach
  void stop() throws Exception {
    commands.run("down");
  }

  @Test
  void jobStoppedAndRestoredUnderLoad_losesAndDoublesNothing() throws Exception {
    String up = succeed(commands.run("up", "--no-stores"));
    String bootstrap = found("Kafka {2,}(\\S+)", up);
    commands.set("FLINK_CONF_DIR", found("FLINK_CONF_DIR +(\\S+)", up));
    List<Long> processes = processes();
    assertThat(processes).hasSizeGreaterThanOrEqualTo(5).allMatch(StandingClusterE2ECase::isAlive);

    List<String> submit = new ArrayList<>(List.of("run", "-d", "-c"));
    submit.add(HeavyHittersJob.class.getName());
    submit.add("target/millrace-jobs.jar");
    submit.addAll(List.of("--bootstrap", bootstrap, "--create-topics", "true"));
    submit.addAll(OPTIONS);
    String first = found("JobID (\\w{32})", succeed(commands.flink(submit)));
    try (Requests requests = new Requests(bootstrap)) {
      requests.await(2_000);
      assertThat(succeed(commands.flink(List.of("list"))))
          .contains(first)
          .contains("heavy-hitters (RUNNING)");
      succeed(
          commands.flink(
              List.of("savepoint", first, directory.resolve("aside").toUri().toString())));
      String kept = directory.resolve("kept").toUri().toString();
      String place =
          found("Path: (\\S+)", succeed(commands.flink(List.of("stop", "-p", kept, first))));
      requests.await(2_000);

      List<String> restore = new ArrayList<>(submit);
      restore.addAll(1, List.of("-s", place, "-p", "1"));
      String second = found("JobID (\\w{32})", succeed(commands.flink(restore)));
      requests.await(2_000);
      assertThat(succeed(commands.run("list-jobs"))).contains(second).contains(first);
      String stopped = succeed(commands.run("stop", second, directory.resolve("again").toString()));

      Path again = Path.of(URI.create(found("with savepoint (\\S+)", stopped)));
      List<String> ours = new ArrayList<>(List.of("submit", "heavy-hitters", "--no-stores"));
      ours.addAll(List.of("--set", "window=2s", "--set", "k=10", "--set", "idle-timeout=0s"));
      ours.addAll(List.of("--parallelism", "2", "--savepoint", again.toString()));
      succeed(commands.run(ours.toArray(String[]::new)));
      requests.await(2_000);
      succeed(commands.run("savepoint", "heavy-hitters"));
      succeed(commands.run("stop", "heavy-hitters"));
      assertThat(commands.run("stop", "heavy-hitters").text())
          .contains("no job heavy-hitters runs");
      assertThat(commands.run("restore", "heavy-hitters", "--parallelism", "64").text())
          .contains("a job of parallelism 64 needs as many slots, and the cluster has");
      assertThat(succeed(commands.run("restore", "heavy-hitters", "--parallelism", "1")))
          .contains("restored from");
      requests.await(2_000);
      assertThat(commands.run("restore", "heavy-hitters").text()).contains("stop it before");
    }

    List<?> expected = oracle.expected();
    await()
        .atMost(PUBLISH_LIMIT)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> rows(bootstrap, "heavy-hitters.rankings").size() >= expected.size());
    assertThat(RankingOracle.published(rows(bootstrap, "heavy-hitters.rankings")))
        .isEqualTo(expected);
    assertThat(rows(bootstrap, "heavy-hitters.late")).isEmpty();

    assertThat(succeed(commands.run("down"))).contains("the cluster is down");
    assertThat(processes).noneMatch(StandingClusterE2ECase::isAlive);
    assertThat(commands.run("list-jobs").text())
        .contains("no cluster is up; 'local-cluster/run up'");
  }

  /**
   * Sends requests as time goes by, and at its close those of a minute later, which close every
   * window before.
   */
  private final class Requests implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Thread thread = new Thread(this::send, "requests");
    private final AtomicInteger sent = new AtomicInteger();

    Requests(String bootstrap) {
      producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", bootstrap, "linger.ms", 5),
              new ByteArraySerializer(),
              new ByteArraySerializer());
      thread.start();
    }

    /** Waits until so many more were sent. */
    void await(int more) {
      int until = sent.get() + more;
      Awaitility.await().atMost(PUBLISH_LIMIT).until(() -> sent.get() >= until);
    }

    @Override
    public void close() {
      ending.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      for (int partition = 0; partition < PARTITIONS; partition++) {
        send(partition, System.currentTimeMillis() + 60_000, "/closing");
      }
      producer.close();
    }

    private void send() {
      while (!ending.get()) {
        for (int i = 0; i < 10; i++) {
          int number = sent.getAndIncrement();
          long at = System.currentTimeMillis();
          String path = "/page/" + Integer.numberOfTrailingZeros(number + 1);
          oracle.add("path", at, path, 1);
          send(number % PARTITIONS, at, path);
        }
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }

    private void send(int partition, long at, String path) {
      String json = "{\"at\":" + at + ",\"client\":\"c\",\"path\":\"" + path + "\"}";
      var unused =
          producer.send(
              new ProducerRecord<>(
                  "web.requests", partition, null, json.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static List<JsonNode> rows(String bootstrap, String topic) throws Exception {
    return TopicReader.committed(bootstrap, topic);
  }

  /** Process ids of the cluster's parts, as its directory lists them. */
  private List<Long> processes() throws Exception {
    try (Stream<Path> runs = Files.list(directory.resolve("home"))) {
      Path file =
          runs.map(run -> run.resolve("processes")).filter(Files::exists).findFirst().orElseThrow();
      return Files.readAllLines(file).stream()
          .map(line -> Long.parseLong(line.split(" ", -1)[1]))
          .toList();
    }
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
