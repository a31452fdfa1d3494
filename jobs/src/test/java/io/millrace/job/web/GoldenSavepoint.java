package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.fault.PublishedRow;
import io.millrace.local.fault.RankingOracle;
import io.millrace.operator.topk.HeavyHittersSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A savepoint of heavy hitters that a version took and that is kept in the repository. Its source
 * stands behind the first {@link CannedRequests} of a topic with a fixed name, so a broker takes
 * part in one restore only.
 */
final class GoldenSavepoint {
  static final Path ALL = Path.of("src/test/resources/savepoints");

  private static final String PREFIX = "golden.";
  private static final int REQUESTS = 6_000;
  private static final long OUT_OF_ORDER_MILLIS = 5_000;
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path path;
  private final Taken taken;

  /** What every version takes a savepoint with. */
  enum Case {
    /** Windows that are one pane. */
    TUMBLING("heavy-hitters-tumbling", "1m", "1m", REQUESTS),
    /** Windows of two panes. */
    SLIDING("heavy-hitters", "2m", "1m", REQUESTS),
    /**
     * Windows of three panes, so short that buckets of rare paths are mostly empty. Of one of them,
     * a request after the savepoint lies in an open pane before the only one that it holds.
     */
    SLIDING_SPARSE("heavy-hitters-sparse", "12s", "4s", 2_220);

    private final String directory;
    private final String window;
    private final String slide;
    private final int requests;

    Case(String directory, String window, String slide, int requests) {
      this.directory = directory;
      this.window = window;
      this.slide = slide;
      this.requests = requests;
    }

    /** Name of the savepoint that {@code version} takes, which {@link #of} finds it by. */
    String nameIn(String version) {
      return version + "/" + directory;
    }

    private Map<String, String> options() {
      return new TreeMap<>(
          Map.of("dimension", "path,client", "window", window, "slide", slide, "k", "7"));
    }
  }

  /**
   * What is known of a savepoint; kept beside it.
   *
   * @param version the version that took it
   * @param flink the version of Flink that wrote it
   * @param parallelism the parallelism that it was taken with
   * @param options the job's options
   * @param requests number of {@link CannedRequests} that were read before
   * @param publishedUpTo every window that ends up to here was published before
   */
  record Taken(
      String version,
      String flink,
      int parallelism,
      Map<String, String> options,
      int requests,
      long publishedUpTo) {}

  private GoldenSavepoint(Path path, Taken taken) {
    this.path = path;
    this.taken = taken;
  }

  /** The savepoint of that name. */
  static GoldenSavepoint of(String name) throws IOException {
    Path path = path(name);
    return new GoldenSavepoint(
        path, JSON.readValue(path.resolve("taken.json").toFile(), Taken.class));
  }

  /** The names of all, each a version and a directory, the oldest first. */
  static List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ALL, 3)) {
      files
          .filter(file -> file.endsWith("taken.json"))
          .map(file -> ALL.relativize(file.getParent()))
          .filter(each -> each.getName(1).toString().startsWith(HeavyHittersJob.JOB.name()))
          .forEach(each -> names.add(each.getName(0) + "/" + each.getName(1)));
    }
    names.sort(Comparator.naturalOrder());
    return names;
  }

  /** Where the savepoint of that name is, or would be. */
  static Path path(String name) {
    return ALL.resolve(name).toAbsolutePath();
  }

  /** Address of the savepoint, as {@code flink run -s} takes it. */
  String address() {
    return path.toUri().toString();
  }

  /** The options that it was taken with, others in their place where given, and its topics. */
  JobConfig prepared(LocalBroker broker, Map<String, String> others) throws Exception {
    Map<String, String> options = new HashMap<>(taken.options());
    options.putAll(others);
    return config(broker, options);
  }

  /**
   * Restores it with the requests that were read before in place, lets it go on with more of them,
   * and checks that rankings come as if it had never stopped.
   *
   * @param flink Flink's settings, by their keys
   */
  void restoreAndContinue(LocalBroker broker, Map<String, String> flink, Path directory)
      throws Exception {
    JobConfig config = prepared(broker, Map.of());
    RankingOracle oracle = oracle(config);
    CannedRequests requests = new CannedRequests(PREFIX, oracle);
    JobRuns.produce(broker.bootstrap(), requests.next(taken.requests()));
    Map<String, String> settings = new HashMap<>(flink);
    settings.put("execution.state-recovery.path", address());

    JobClient job = JobRuns.start(config, HeavyHittersJob::build, 1, settings);
    JobRuns.produce(broker.bootstrap(), requests.next(REQUESTS));
    JobRuns.produce(broker.bootstrap(), requests.closing());
    List<PublishedRow> expected = oracle.expectedAfter(taken.publishedUpTo());
    awaitRows(broker, expected.size());
    job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL).get();

    assertThat(published(broker)).isEqualTo(expected);
    assertThat(TopicReader.committed(broker.bootstrap(), PREFIX + "heavy-hitters.late")).isEmpty();
  }

  /** Takes a savepoint of {@code version} in the working tree. */
  static void take(String version, Case taking, Path directory) throws Exception {
    Map<String, String> options = taking.options();
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      JobConfig config = config(broker, options);
      RankingOracle oracle = oracle(config);
      CannedRequests requests = new CannedRequests(PREFIX, oracle);
      JobRuns.produce(broker.bootstrap(), requests.next(taking.requests));
      JobClient job = JobRuns.start(config, HeavyHittersJob::build, 2, Map.of());
      long publishedUpTo = requests.watermark(OUT_OF_ORDER_MILLIS) + 1;
      int open = oracle.expectedAfter(publishedUpTo).size();
      assertThat(open).as("windows that are open in the savepoint").isPositive();
      // Then no transaction is left to commit, which no other broker could do.
      awaitRows(broker, oracle.expected().size() - open);
      awaitAllRead(broker, config);
      String path =
          job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
              .get();
      assertThat(published(broker)).hasSize(oracle.expected().size() - open);

      Path golden = Files.createDirectories(path(taking.nameIn(version)));
      try (Stream<Path> files = Files.list(Path.of(URI.create(path)))) {
        for (Path file : files.toList()) {
          Files.copy(file, golden.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Taken taken =
          new Taken(
              version,
              EnvironmentInformation.getVersion(),
              2,
              options,
              taking.requests,
              publishedUpTo);
      Files.writeString(golden.resolve("taken.json"), JSON.writeValueAsString(taken) + "\n");
    }
  }

  private static void awaitRows(LocalBroker broker, int count) {
    await().atMost(LIMIT).until(() -> published(broker).size() >= count);
  }

  private static void awaitAllRead(LocalBroker broker, JobConfig config) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
        TopicAdmin topics = new TopicAdmin(broker.bootstrap())) {
      Map<TopicPartition, Long> ends =
          topics.ends(topics.partitions(List.of(PREFIX + "web.requests")));
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                Map<TopicPartition, OffsetAndMetadata> read =
                    admin
                        .listConsumerGroupOffsets(PREFIX + config.job().name())
                        .partitionsToOffsetAndMetadata()
                        .get();
                return ends.entrySet().stream()
                    .allMatch(
                        end ->
                            read.containsKey(end.getKey())
                                && read.get(end.getKey()).offset() == end.getValue());
              });
    }
  }

  private static JobConfig config(LocalBroker broker, Map<String, String> options)
      throws Exception {
    List<String> arguments = new ArrayList<>();
    // Partitions are never idle: the clock is years beyond the requests.
    Map<String, String> all =
        new TreeMap<>(
            Map.of(
                "bootstrap", broker.bootstrap(),
                "topic-prefix", PREFIX,
                "create-topics", "true",
                "idle-timeout", "0s",
                "stores", "none"));
    all.putAll(options);
    all.forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), HeavyHittersJob.JOB);
    KafkaTopics.prepare(config.configuration(), HeavyHittersJob.JOB.topics());
    return config;
  }

  private static List<PublishedRow> published(LocalBroker broker) throws IOException {
    return RankingOracle.published(
        TopicReader.committed(broker.bootstrap(), PREFIX + "heavy-hitters.rankings"));
  }

  private static RankingOracle oracle(JobConfig config) {
    HeavyHittersSpec spec = HeavyHittersOptions.spec(config);
    return new RankingOracle(spec.windows().sizeMillis(), spec.windows().slideMillis(), spec.k());
  }
}
