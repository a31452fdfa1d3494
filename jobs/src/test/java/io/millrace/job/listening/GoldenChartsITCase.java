package io.millrace.job.listening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.fault.ChartOracle;
import io.millrace.schema.Topics;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Restores the savepoints of trending songs that each released version took, and continues them.
 * {@code -Dsavepoints.update=true} takes that of the version being built.
 */
class GoldenChartsITCase {
  private static final Path ALL = Path.of("src/test/resources/savepoints");
  private static final String DIRECTORY = "trending-songs";
  private static final String METADATA = "_metadata";
  private static final String PACKED = "_metadata.gz";
  private static final String PREFIX = "golden.";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long MINUTE = CannedPlays.MINUTE;
  private static final long OUT_OF_ORDER_MILLIS = 5_000;
  private static final int PLAYS = 1_800;
  private static final int BEFORE = 1_200;
  private static final List<String> CHARTS = List.of("windowed", "decayed", "novelty");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private final List<SongPlayed> plays = CannedPlays.plays(5, PLAYS);
  private final List<String> charts =
      new ChartOracle(60 * MINUTE, 5 * MINUTE, 12, 30 * MINUTE, 2, 3, CHARTS)
          .rows(plays, List.of());

  @TempDir private Path directory;

  /**
   * What is known of a savepoint; kept beside it.
   *
   * @param version the version that took it
   * @param flink the version of Flink that wrote it
   * @param plays number of {@link CannedPlays} that were read before
   */
  record Taken(String version, String flink, int plays) {}

  @BeforeAll
  static void update(@TempDir Path directory) throws Exception {
    if (Boolean.getBoolean("savepoints.update")) {
      new GoldenChartsITCase().take(directory);
    }
  }

  @Test
  void versionBeingBuilt_hasItsSavepoint() {
    assertThat(ALL.resolve(version()).resolve(DIRECTORY).resolve(PACKED))
        .as("take it with the command in README.md, \"Savepoints\", and commit it")
        .exists();
  }

  static List<Path> savepoints() throws IOException {
    try (Stream<Path> versions = Files.list(ALL)) {
      return versions
          .map(version -> version.resolve(DIRECTORY))
          .filter(Files::exists)
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("savepoints")
  void savepoint_ofEveryVersion_continuesWithTheChartsOfAllPlays(Path savepoint) throws Exception {
    Taken taken = JSON.readValue(savepoint.resolve("taken.json").toFile(), Taken.class);
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      JobConfig config = CannedPlays.prepared(broker, PREFIX);
      JobRuns.produce(broker.bootstrap(), records(0, taken.plays()));
      JobClient job =
          JobRuns.start(
              config,
              TrendingSongsJob::build,
              1,
              Map.of("execution.state-recovery.path", unpacked(savepoint)));
      JobRuns.produce(broker.bootstrap(), records(taken.plays(), PLAYS));
      JobRuns.produce(broker.bootstrap(), CannedPlays.closing(PREFIX));
      List<String> expected =
          charts.stream().filter(chart -> windowEnd(chart) > publishedUpTo(taken.plays())).toList();
      await().atMost(LIMIT).until(() -> published(broker).size() >= expected.size());
      job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
          .get();

      assertThat(published(broker)).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(expected).hasSizeGreaterThan(50);
      assertThat(TopicReader.committed(broker.bootstrap(), PREFIX + "trending-songs.late"))
          .isEmpty();
    }
  }

  private void take(Path work) throws Exception {
    try (LocalBroker broker = LocalBroker.start(work.resolve("kafka"));
        TopicAdmin topics = new TopicAdmin(broker.bootstrap())) {
      JobConfig config = CannedPlays.prepared(broker, PREFIX);
      JobRuns.produce(broker.bootstrap(), records(0, BEFORE));
      JobClient job = JobRuns.start(config, TrendingSongsJob::build, 2, Map.of());
      long due = charts.stream().filter(chart -> windowEnd(chart) <= publishedUpTo(BEFORE)).count();
      // Then no transaction is left to commit, which no other broker could do.
      await().atMost(LIMIT).until(() -> published(broker).size() >= due);
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  topics.committed(PREFIX + TrendingSongsJob.JOB.name()).entrySet().stream()
                          .filter(each -> each.getKey().topic().endsWith("plays"))
                          .mapToLong(Map.Entry::getValue)
                          .sum()
                      == BEFORE);
      String path =
          job.stopWithSavepoint(false, work.toUri().toString(), SavepointFormatType.CANONICAL)
              .get();
      assertThat(published(broker)).hasSize((int) due);

      Path golden = Files.createDirectories(ALL.resolve(version()).resolve(DIRECTORY));
      try (Stream<Path> files = Files.list(Path.of(URI.create(path)))) {
        assertThat(files).as("all state is in one file").hasSize(1);
      }
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(golden.resolve(PACKED)))) {
        Files.copy(Path.of(URI.create(path)).resolve(METADATA), out);
      }
      Taken taken = new Taken(version(), EnvironmentInformation.getVersion(), BEFORE);
      Files.writeString(golden.resolve("taken.json"), JSON.writeValueAsString(taken) + "\n");
    }
  }

  /** Where the savepoint is after it was unpacked. */
  private String unpacked(Path savepoint) throws IOException {
    Path unpacked = Files.createDirectories(directory.resolve("savepoint"));
    try (InputStream in = new GZIPInputStream(Files.newInputStream(savepoint.resolve(PACKED)))) {
      Files.copy(in, unpacked.resolve(METADATA));
    }
    return unpacked.toUri().toString();
  }

  /** Plays from one place to another, in turn to each partition. */
  private List<ProducerRecord<byte[], byte[]>> records(int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      records.add(record(i % Topics.PARTITIONS, plays.get(i)));
    }
    return records;
  }

  private static ProducerRecord<byte[], byte[]> record(int partition, SongPlayed play) {
    return new ProducerRecord<>(
        PREFIX + Topics.LISTENING_PLAYS.name(),
        partition,
        play.userId().getBytes(StandardCharsets.UTF_8),
        Topics.LISTENING_PLAYS.codec().encode(play));
  }

  /** Every window that ends up to here is published once so many plays were read. */
  private long publishedUpTo(int read) {
    long[] latest = new long[Topics.PARTITIONS];
    for (int i = 0; i < read; i++) {
      int partition = i % Topics.PARTITIONS;
      latest[partition] = Math.max(latest[partition], plays.get(i).at());
    }
    return Arrays.stream(latest).min().getAsLong() - OUT_OF_ORDER_MILLIS;
  }

  private static long windowEnd(String chart) {
    return Long.parseLong(chart.split(" ", -1)[2]);
  }

  private static List<String> published(LocalBroker broker) throws IOException {
    return ChartOracle.published(
        TopicReader.committed(broker.bootstrap(), PREFIX + "trending-songs.charts"));
  }

  private static String version() {
    String version = System.getProperty("millrace.version");
    assertThat(version).as("the version, which Maven gives this test").isNotNull();
    return version;
  }
}
