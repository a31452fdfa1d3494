package io.millrace.local.bench;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.host.ClassPath;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link StreamsTopology} with the clock on. This is the {@code main} of a JVM that has Kafka
 * Streams' own RocksDB in its class path instead of Flink's.
 *
 * <p>Kafka Streams knows no end of an input, and its time goes on only with records. So when the
 * whole input is counted, a few records much later are sent, which close every window; the clock
 * stops before.
 */
public final class StreamsPeer {
  /** The topic of its result. */
  static final String OUTPUT = "kafka-streams.rankings";

  /** How it is set up: what Flink has, as far as Kafka Streams has the same. */
  static final Settings SETTINGS =
      new Settings(
          RequestTestbed.SETUP.parallelism(),
          TimedJob.CHECKPOINT_INTERVAL.toMillis(),
          RequestTestbed.SETUP.parallelism() * (64L << 20));

  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(60);

  /** Enough paths that each partition gets some. */
  private static final int LATER_RECORDS = 64;

  private final String bootstrap;

  private StreamsPeer(String bootstrap) {
    this.bootstrap = bootstrap;
  }

  /**
   * The settings that are ours to choose.
   *
   * @param threads stream threads
   * @param commitMillis commit interval
   * @param cacheBytes memory of all record caches: as much as the tasks of heavy hitters hold
   */
  record Settings(int threads, long commitMillis, long cacheBytes) {
    @Override
    public String toString() {
      return String.format(
          "exactly_once_v2, %d threads, commit every %d ms, %d MiB of cache, lz4",
          threads, commitMillis, cacheBytes >> 20);
    }
  }

  /** The JVM that runs it. */
  static JvmProgram program(String name, Path jars, String bootstrap) {
    List<String> classPath = new ArrayList<>(List.of(jars.resolve("*").toString()));
    ClassPath.current().entries().stream()
        .filter(entry -> !entry.contains("frocksdbjni"))
        .forEach(classPath::add);
    return JvmProgram.of(
        name,
        StreamsPeer.class.getName(),
        new ClassPath(classPath),
        RunLoop.JVM_OPTIONS,
        List.of(bootstrap));
  }

  /**
   * Runs it whenever it is asked to.
   *
   * @param args Kafka's bootstrap servers
   */
  public static void main(String[] args) throws IOException {
    RunLoop.serve(new StreamsPeer(args[0])::run);
  }

  private Map<String, String> run(Path directory) throws IOException, InterruptedException {
    String id = "kafka-streams-" + directory.getFileName();
    String ticks = id + "-ticks";
    StreamsTopology topology = new StreamsTopology(ticks);
    Watch watch = new Watch(topology, new RunTimes(), new AtomicReference<>());
    try (TopicAdmin admin = new TopicAdmin(bootstrap)) {
      admin.create(List.of(topic(ticks), topic(OUTPUT)));
      long records =
          admin.ends(admin.partitions(List.of(StreamsTopology.INPUT))).values().stream()
              .mapToLong(Long::longValue)
              .sum();
      try (KafkaStreams streams = new KafkaStreams(topology.build(), properties(id, directory))) {
        streams.setUncaughtExceptionHandler(watch::onFailure);
        streams.start();
        watch.await(() -> topology.counted() >= records);
        watch.times().write(directory.resolve(RunTimes.FILE), topology.read());
        moveTimeOn(ticks);
        watch.await(() -> topology.published() >= RequestLoad.WINDOWS);
        if (!streams.close(CLOSE_LIMIT)) {
          throw new IOException("Kafka Streams did not stop within " + CLOSE_LIMIT);
        }
        streams.cleanUp();
      }
    }
    TopicAdmin.delete(bootstrap, StreamsTopology.ownTopics(id));
    TopicAdmin.delete(bootstrap, List.of(ticks));
    return Map.of();
  }

  private void moveTimeOn(String ticks) throws IOException {
    try (TopicFeeder feeder = new TopicFeeder(bootstrap)) {
      for (int i = 0; i < LATER_RECORDS; i++) {
        feeder.send(ticks, null, later(i));
      }
      feeder.flush();
    }
  }

  /** Waits for what the stream threads do, with the clock on. */
  private record Watch(
      StreamsTopology topology, RunTimes times, AtomicReference<@Nullable Throwable> failure) {
    private StreamThreadExceptionResponse onFailure(Throwable thrown) {
      failure.set(thrown);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void await(BooleanSupplier condition) throws IOException, InterruptedException {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (!condition.getAsBoolean()) {
        look();
        Throwable thrown = failure.get();
        if (thrown != null) {
          throw new IOException("Kafka Streams failed: " + thrown, thrown);
        }
        if (System.nanoTime() > deadline) {
          throw new IOException(
              String.format(
                  "after %s, %d records are read, %d counted and %d windows published",
                  LIMIT, topology.read(), topology.counted(), topology.published()));
        }
        TimeUnit.NANOSECONDS.sleep(RunTimes.INTERVAL.toNanos());
      }
      look();
    }

    private void look() {
      long read = topology.read();
      long counted = topology.counted();
      // What is counted has come through all tasks.
      times.look(read, read + counted, counted > 0);
    }
  }

  private Properties properties(String id, Path directory) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.resolve("state").toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, SETTINGS.commitMillis());
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, SETTINGS.threads());
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, SETTINGS.cacheBytes());
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    properties.put(StreamsConfig.producerPrefix("compression.type"), "lz4");
    return properties;
  }

  private static Topic<Later> topic(String name) {
    return new Topic<>(
        name,
        "A topic of Kafka Streams in a benchmark.",
        Later.class,
        Topic.Lane.RESULT,
        null,
        Topics.PARTITIONS,
        Topic.Cleanup.DELETE,
        Topic.View.TABLE,
        null);
  }

  private record Later(long at, String path) {}

  private static byte[] later(int number) {
    long at =
        RequestLoad.START
            + (RequestLoad.WINDOWS + 1) * RequestLoad.WINDOW_MILLIS
            + 2 * StreamsTopology.GRACE.toMillis();
    return String.format("{\"at\":%d,\"path\":\"%s%d\"}", at, StreamsTopology.LATER_PATH, number)
        .getBytes(StandardCharsets.UTF_8);
  }
}
