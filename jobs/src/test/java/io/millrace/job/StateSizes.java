package io.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.catalogue.JobCatalogue;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.KeyReader;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.RawLine;
import io.millrace.schema.listening.SongPlayed;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.media.MediaUploaded;
import io.millrace.schema.payments.LedgerEntryRecorded;
import io.millrace.schema.payments.MatchRuleSet;
import io.millrace.schema.ratelimit.LimitAlgorithm;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.LimitedDimension;
import io.millrace.schema.ratelimit.RequestReceived;
import io.millrace.schema.web.RequestServed;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Prints how many bytes of state six jobs keep for one of what it keeps, such as a grant or an
 * entry that waits: by so much its savepoint, canonical and not compressed, is larger when it has
 * read them, divided by their number. The pages of the jobs quote it. Named so that only who asks
 * for it runs it.
 */
class StateSizes {
  private static final int MANY = Integer.getInteger("millrace.entities", 20_000);
  private static final int SHARES = 10;
  private static final long NOW = System.currentTimeMillis();
  private static final double MOST_BYTES = 2_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static TopicAdmin topics;

  /**
   * A job and what is added to its state, one after the other.
   *
   * @param job its name
   * @param options those that are not the defaults
   */
  private record Load(String job, List<String> options, List<Step> steps) {
    @Override
    public String toString() {
      return job;
    }
  }

  /**
   * What is added.
   *
   * @param adds what there is one more of; empty where it is only to be there before those that
   *     follow, as the first is
   * @param entities how many of them
   * @param records how they come
   */
  private record Step(String adds, int entities, List<ProducerRecord<byte[], byte[]>> records) {}

  static List<Load> loads() {
    // First the one whose lines are to be of a minute that is open.
    return List.of(
        logIngestion(),
        heavyHitters(),
        trendingSongs(),
        rateCounting(),
        reconciliation(),
        locationFanout());
  }

  private static Load heavyHitters() {
    return new Load(
        "heavy-hitters",
        List.of("--window", "1h"),
        List.of(
            step("", 1, Topics.WEB_REQUESTS, i -> request("/")),
            step(
                "an item of 30 bytes in an open window",
                MANY,
                Topics.WEB_REQUESTS,
                i -> request("/" + id("", 29, i)))));
  }

  private static RequestServed request(String path) {
    return new RequestServed(NOW, "10.0.0.1", path, null, null, null, null, null, null);
  }

  private static Load trendingSongs() {
    return new Load(
        "trending-songs",
        List.of(),
        List.of(
            step("", 1, Topics.LISTENING_PLAYS, i -> play(2 * MANY, "a song", "somebody")),
            step(
                "a play of a song of its own by a listener of its own",
                MANY,
                Topics.LISTENING_PLAYS,
                i -> play(i, id("song-", 22, i), id("user-", 16, i))),
            step(
                "a play of one song by a listener of its own",
                MANY,
                Topics.LISTENING_PLAYS,
                i -> play(MANY + i, "a song", id("user-", 16, MANY + i)))));
  }

  private static SongPlayed play(int number, String song, String listener) {
    return new SongPlayed(id("play-", 20, number), NOW, song, listener, "DE", 180_000, null, null);
  }

  private static Load rateCounting() {
    LimitRuled rule =
        new LimitRuled(
            "limit",
            1,
            NOW - 60_000,
            LimitedDimension.API_KEY,
            null,
            null,
            LimitAlgorithm.TOKEN_BUCKET,
            1_000_000,
            "PT1H",
            null,
            null,
            null,
            null);
    return new Load(
        "rate-counting",
        List.of(),
        List.of(
            step("", 1, Topics.RATELIMIT_RULES, i -> rule),
            step(
                "a verdict that repetitions get again",
                MANY,
                Topics.RATELIMIT_REQUESTS,
                i -> request(i, "the same")),
            step(
                "the same, and an application with a token bucket",
                MANY,
                Topics.RATELIMIT_REQUESTS,
                i -> request(MANY + i, id("key-", 16, i)))));
  }

  private static RequestReceived request(int number, String key) {
    return new RequestReceived(id("request-", 20, number), NOW, null, key, null, null, null, null);
  }

  private static Load reconciliation() {
    MatchRuleSet rule =
        new MatchRuleSet("orders-bank", 1, NOW - 60_000, "orders", "bank", null, "P3D", null);
    return new Load(
        "reconciliation",
        List.of(),
        List.of(
            step("", 1, Topics.RECON_RULES, i -> rule),
            step(
                "an entry that waits, with a reference of its own",
                MANY,
                Topics.RECON_ENTRIES,
                i -> entry("orders", i)),
            step(
                "its partner: both are matched",
                MANY,
                Topics.RECON_ENTRIES,
                i -> entry("bank", i))));
  }

  private static LedgerEntryRecorded entry(String ledger, int number) {
    return new LedgerEntryRecorded(
        id(ledger + "-", 16, number),
        ledger,
        id("ref-", 16, number),
        NOW,
        null,
        1_000L + number,
        "EUR",
        null,
        null);
  }

  private static Load locationFanout() {
    return new Load(
        "location-fanout",
        List.of(),
        List.of(
            step("", 1, Topics.LOCATION_GRANTS, i -> grant(MANY)),
            step(
                "a grant, where an owner has ten",
                MANY,
                Topics.LOCATION_GRANTS,
                StateSizes::grant)));
  }

  private static GrantChanged grant(int number) {
    return new GrantChanged(
        id("grant-", 16, number),
        NOW - 60_000,
        id("owner-", 16, number / SHARES),
        id("viewer-", 16, number),
        GrantAction.GRANT,
        NOW + 3_600_000,
        null,
        null);
  }

  private static Load logIngestion() {
    return new Load(
        "log-ingestion",
        List.of("--format", "json"),
        List.of(
            lines("", 1, "INFO"),
            lines("the account of a source in a partition, with a line", MANY, "INFO"),
            step(
                "the last version of a media file",
                MANY,
                Topics.MEDIA_UPLOADS,
                StateSizes::upload)));
  }

  /** Lines of one level and time, each of a source of its own. */
  private static Step lines(String adds, int entities, String level) {
    String json = String.format("{\"time\":%d,\"level\":\"%s\",\"message\":\"m\"}", NOW, level);
    byte[] line = json.getBytes(UTF_8);
    return new Step(
        adds,
        entities,
        IntStream.range(0, entities)
            .mapToObj(i -> id("source-", 16, entities == 1 ? MANY : i).getBytes(UTF_8))
            .map(
                source ->
                    new ProducerRecord<>(
                        Topics.LOGS_RAW.name(),
                        null,
                        source,
                        line,
                        List.of(new RecordHeader(RawLine.SOURCE_HEADER, source))))
            .toList());
  }

  private static MediaUploaded upload(int number) {
    return new MediaUploaded(
        id("media-", 16, number),
        1L,
        NOW,
        "0".repeat(64),
        48_211,
        "image/png",
        "s3://media/" + id("file-", 16, number),
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** An id of so many characters. */
  private static String id(String prefix, int length, int number) {
    return prefix + String.format(Locale.ROOT, "%0" + (length - prefix.length()) + "d", number);
  }

  private static <T extends Record> Step step(
      String adds, int entities, Topic<T> topic, IntFunction<T> maker) {
    KeyReader keys = new KeyReader(topic);
    return new Step(
        adds,
        entities,
        IntStream.range(0, entities)
            .mapToObj(i -> topic.codec().encode(maker.apply(i)))
            .map(json -> new ProducerRecord<>(topic.name(), keys.key(json), json))
            .toList());
  }

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    topics = new TopicAdmin(broker.bootstrap());
  }

  @AfterAll
  static void stopBroker() {
    topics.close();
    broker.close();
  }

  @ParameterizedTest
  @MethodSource("loads")
  @SuppressWarnings("SystemOut") // The figures are for whoever runs this.
  void state_ofEachThingThatIsKept_isSoManyBytes(Load load) throws Exception {
    JobDescription description = JobCatalogue.named(load.job());
    List<String> options = new ArrayList<>(load.options());
    options.addAll(
        List.of("--bootstrap", broker.bootstrap(), "--create-topics", "true", "--stores", "none"));
    JobConfig config = JobConfig.parse(options.toArray(String[]::new), description);
    KafkaTopics.prepare(config.configuration(), description.topics());
    StreamExecutionEnvironment env = JobRuns.environment(config, 2, Map.of());
    JobClient job = env.executeAsync(JobGraphs.built(env, config));
    long before = 0;
    for (Step step : load.steps()) {
      JobRuns.produce(broker.bootstrap(), step.records());
      await().atMost(PATIENCE).until(() -> isRead(description));
      long after = savepointBytes(job);
      double bytes = (double) (after - before) / step.entities();
      before = after;
      if (!step.adds().isEmpty()) {
        System.out.printf(
            Locale.ROOT,
            "%-16s %-66s %7.1f bytes, of %,d%n",
            load.job(),
            step.adds(),
            bytes,
            step.entities());
        assertThat(bytes).as(step.adds()).isBetween(1.0, MOST_BYTES);
      }
    }
    job.cancel().get();
    await().atMost(PATIENCE).until(() -> job.getJobStatus().get().isGloballyTerminalState());
  }

  /** Whether a checkpoint has everything that is in the inputs. */
  private static boolean isRead(JobDescription job) throws Exception {
    Map<TopicPartition, Long> ends =
        topics.ends(topics.partitions(job.inputs().stream().map(Topic::name).toList()));
    Map<TopicPartition, Long> read = topics.committed(job.name());
    return ends.entrySet().stream()
        .allMatch(end -> end.getValue() == 0 || end.getValue().equals(read.get(end.getKey())));
  }

  private static long savepointBytes(JobClient job) throws Exception {
    String savepoint =
        job.triggerSavepoint(
                directory.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
            .get();
    try (Stream<Path> files = Files.walk(Path.of(URI.create(savepoint)))) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }
}
