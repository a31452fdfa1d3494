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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Restores the savepoint that each released version took, and continues it. {@code
 * -Dsavepoints.update=true} takes that of the version being built.
 */
class GoldenSavepointsITCase {
  private static final boolean UPDATE = Boolean.getBoolean("savepoints.update");
  private static final Path GOLDEN = Path.of("src/test/resources/savepoints");
  private static final String JOB = "heavy-hitters";
  private static final String PREFIX = "golden.";
  private static final int REQUESTS = 6_000;
  private static final long OUT_OF_ORDER_MILLIS = 5_000;
  private static final long LARGEST_BYTES = 1 << 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private Path directory;

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

  @BeforeAll
  static void update(@TempDir Path directory) throws Exception {
    if (UPDATE) {
      take(directory);
    }
  }

  @Test
  void versionBeingBuilt_hasItsSavepoint() {
    assertThat(savepoint(version()).resolve("_metadata"))
        .as(
            "take it with mvn -pl jobs -am verify -Dit.test=GoldenSavepointsITCase"
                + " -Dsavepoints.update=true -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dfailsafe.failIfNoSpecifiedTests=false, and commit it")
        .exists();
  }

  @Test
  void savepoints_areSmall() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    assertThat(bytes).isLessThanOrEqualTo(LARGEST_BYTES);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void savepoint_ofEveryVersion_continuesWithTheRowsOfTheWholeInput(String version, String backend)
      throws Exception {
    Taken taken = JSON.readValue(savepoint(version).resolve("taken.json").toFile(), Taken.class);
    RankingOracle oracle = oracle();
    CannedRequests requests = new CannedRequests(PREFIX, oracle);
    try (LocalBroker broker = LocalBroker.start(directory)) {
      JobConfig config = prepared(broker, taken.options());
      JobRuns.produce(broker.bootstrap(), requests.next(taken.requests()));

      JobClient job =
          JobRuns.start(
              config,
              HeavyHittersJob::build,
              1,
              Map.of(
                  "state.backend.type",
                  backend,
                  "execution.state-recovery.path",
                  savepoint(version).toUri().toString()));
      JobRuns.produce(broker.bootstrap(), requests.next(REQUESTS));
      JobRuns.produce(broker.bootstrap(), requests.closing());
      List<String> expected = oracle.expectedAfter(taken.publishedUpTo());
      awaitRows(broker, expected.size());
      job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
          .get();

      assertThat(published(broker)).isEqualTo(expected);
      assertThat(TopicReader.committed(broker.bootstrap(), PREFIX + "heavy-hitters.late"))
          .isEmpty();
    }
  }

  static Stream<Arguments> versions() throws IOException {
    List<Arguments> versions = new ArrayList<>();
    try (Stream<Path> directories = Files.list(GOLDEN)) {
      for (Path each : directories.sorted().toList()) {
        for (String backend : List.of("rocksdb", "hashmap")) {
          versions.add(Arguments.of(each.getFileName().toString(), backend));
        }
      }
    }
    return versions.stream();
  }

  private static void take(Path directory) throws Exception {
    Map<String, String> options =
        new TreeMap<>(Map.of("dimension", "path,client", "window", "2m", "slide", "1m", "k", "7"));
    RankingOracle oracle = oracle();
    CannedRequests requests = new CannedRequests(PREFIX, oracle);
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      JobConfig config = prepared(broker, options);
      JobRuns.produce(broker.bootstrap(), requests.next(REQUESTS));
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

      Path golden = Files.createDirectories(savepoint(version()));
      try (Stream<Path> files = Files.list(Path.of(URI.create(path)))) {
        for (Path file : files.toList()) {
          Files.copy(file, golden.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Taken taken =
          new Taken(
              version(), EnvironmentInformation.getVersion(), 2, options, REQUESTS, publishedUpTo);
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

  private static JobConfig prepared(LocalBroker broker, Map<String, String> options)
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

  private static List<String> published(LocalBroker broker) throws IOException {
    return RankingOracle.published(
        TopicReader.committed(broker.bootstrap(), PREFIX + "heavy-hitters.rankings"));
  }

  private static RankingOracle oracle() {
    return new RankingOracle(120_000, 60_000, 7);
  }

  private static Path savepoint(String version) {
    return GOLDEN.resolve(version).resolve(JOB).toAbsolutePath();
  }

  private static String version() {
    String version = System.getProperty("millrace.version");
    assertThat(version).as("the version, which Maven gives this test").isNotNull();
    return version;
  }
}
