package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A savepoint that a version took and that is kept in the repository. Its sources stand behind the
 * first records of topics with fixed names, so a broker takes part in one restore only.
 */
public final class GoldenSavepoint {
  static final Path ALL = Path.of("src/test/resources/savepoints");

  private static final String PREFIX = "golden.";
  private static final String METADATA = "_metadata";
  private static final String PACKED = "_metadata.gz";
  private static final String TAKEN = "taken.json";
  private static final String PUBLISHED = "published.jsonl.gz";
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration SETTLED = Duration.ofSeconds(3);
  private static final int PARALLELISM = 2;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final ObjectMapper LINES = new ObjectMapper();

  private final GoldenCase of;
  private final Path path;
  private final Taken taken;

  /**
   * What is known of a savepoint; kept beside it.
   *
   * @param version the version that took it
   * @param flink the version of Flink that wrote it
   * @param parallelism the parallelism that it was taken with
   * @param options the job's options; null for those of its case
   * @param read number of records of the canned input that were read before
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Taken(
      String version,
      String flink,
      int parallelism,
      @Nullable Map<String, String> options,
      @JsonAlias({"requests", "plays"}) int read) {}

  /** A row that was published before the savepoint. */
  public record Kept(String topic, JsonNode row) {}

  private GoldenSavepoint(GoldenCase of, Path path) throws IOException {
    this.of = of;
    this.path = path;
    this.taken = JSON.readValue(path.resolve(TAKEN).toFile(), Taken.class);
  }

  /** Those that the versions took of a case, the oldest first. */
  public static List<GoldenSavepoint> of(GoldenCase of) throws IOException {
    List<Path> paths;
    try (Stream<Path> versions = Files.list(ALL)) {
      paths =
          versions
              .map(version -> version.resolve(of.directory()))
              .filter(Files::exists)
              .sorted()
              .toList();
    }
    List<GoldenSavepoint> savepoints = new ArrayList<>();
    for (Path path : paths) {
      savepoints.add(new GoldenSavepoint(of, path));
    }
    return savepoints;
  }

  /** Whether a version took one of a case. */
  static boolean exists(GoldenCase of, String version) {
    Path path = ALL.resolve(version).resolve(of.directory());
    return Files.exists(path.resolve(METADATA)) || Files.exists(path.resolve(PACKED));
  }

  /** Version and directory. */
  @Override
  public String toString() {
    return ALL.relativize(path).toString();
  }

  /** Unpacks it into a directory, and gives the address as {@code flink run -s} takes it. */
  public String unpacked(Path directory) throws IOException {
    Path unpacked = Files.createDirectories(directory.resolve("savepoint"));
    Path metadata = unpacked.resolve(METADATA);
    if (Files.exists(metadata)) {
      return unpacked.toUri().toString();
    }
    if (Files.exists(path.resolve(METADATA))) {
      Files.copy(path.resolve(METADATA), metadata);
    } else {
      try (InputStream in = new GZIPInputStream(Files.newInputStream(path.resolve(PACKED)))) {
        Files.copy(in, metadata);
      }
    }
    return unpacked.toUri().toString();
  }

  /** The options that it was taken with, others in their place where given, and its topics. */
  public JobConfig prepared(LocalBroker broker, Map<String, String> others) throws Exception {
    Map<String, String> options =
        new HashMap<>(taken.options() == null ? of.options() : taken.options());
    options.putAll(others);
    return config(of, broker, options);
  }

  /**
   * Restores it with what was read and published before in place, lets it go on with more, and
   * checks that rows come as if it had never stopped.
   *
   * @param flink Flink's settings, by their keys
   * @param directory an empty one
   */
  public void restoreAndContinue(LocalBroker broker, Map<String, String> flink, Path directory)
      throws Exception {
    JobConfig config = prepared(broker, of.place(directory));
    GoldenCase.Input input = of.input(taken, PREFIX);
    JobRuns.produce(broker.bootstrap(), input.before());
    JobRuns.produce(broker.bootstrap(), keptRows());
    Map<String, String> settings = new HashMap<>(flink);
    settings.put("execution.state-recovery.path", unpacked(directory));

    assertThat(input.expected()).as("what must be there in the end").isNotEmpty();
    JobClient job = JobRuns.start(config, of.graph(), 1, settings);
    JobRuns.produce(broker.bootstrap(), input.after());
    of.placeMore(directory);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(of.published(broker.bootstrap(), PREFIX))
                    .containsExactlyInAnyOrderElementsOf(input.expected()));
    job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL).get();

    assertThat(of.published(broker.bootstrap(), PREFIX))
        .containsExactlyInAnyOrderElementsOf(input.expected());
  }

  /** Takes a savepoint of {@code version} in the working tree. */
  static void take(GoldenCase of, String version, Path directory) throws Exception {
    Taken taken =
        new Taken(
            version, EnvironmentInformation.getVersion(), PARALLELISM, of.options(), of.read());
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      Map<String, String> options = new HashMap<>(of.options());
      options.putAll(of.place(directory));
      JobConfig config = config(of, broker, options);
      GoldenCase.Input input = of.input(taken, PREFIX);
      JobRuns.produce(broker.bootstrap(), input.before());
      JobClient job = JobRuns.start(config, of.graph(), PARALLELISM, Map.of());
      awaitRead(broker, of, input.before());
      List<String> published = settled(of, broker);
      String address =
          job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
              .get();
      assertThat(of.published(broker.bootstrap(), PREFIX))
          .as("rows of the transaction that the savepoint ends, which no other broker could commit")
          .containsExactlyInAnyOrderElementsOf(published);
      keep(of, broker, Path.of(URI.create(address)), taken);
    }
  }

  private static void keep(GoldenCase of, LocalBroker broker, Path savepoint, Taken taken)
      throws IOException {
    try (Stream<Path> files = Files.list(savepoint)) {
      assertThat(files).as("all state is in one file").hasSize(1);
    }
    Path golden = Files.createDirectories(ALL.resolve(taken.version()).resolve(of.directory()));
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(golden.resolve(PACKED)))) {
      Files.copy(savepoint.resolve(METADATA), out);
    }
    Files.deleteIfExists(golden.resolve(METADATA));
    Files.writeString(golden.resolve(TAKEN), JSON.writeValueAsString(taken) + "\n");
    if (!of.kept().isEmpty()) {
      try (OutputStream out =
          new GZIPOutputStream(Files.newOutputStream(golden.resolve(PUBLISHED)))) {
        for (String topic : of.kept()) {
          for (JsonNode row : TopicReader.committed(broker.bootstrap(), PREFIX + topic)) {
            out.write(LINES.writeValueAsBytes(new Kept(topic, row)));
            out.write('\n');
          }
        }
      }
    }
  }

  private List<ProducerRecord<byte[], byte[]>> keptRows() throws IOException {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    Path published = path.resolve(PUBLISHED);
    if (Files.exists(published)) {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(
                  new GZIPInputStream(Files.newInputStream(published)), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          Kept kept = LINES.readValue(line, Kept.class);
          records.add(
              new ProducerRecord<>(PREFIX + kept.topic(), LINES.writeValueAsBytes(kept.row())));
        }
      }
    }
    return records;
  }

  /** Until every record is read, and is so by the last checkpoint. */
  private static void awaitRead(
      LocalBroker broker, GoldenCase of, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    try (TopicAdmin topics = new TopicAdmin(broker.bootstrap())) {
      Map<TopicPartition, Long> ends =
          topics.ends(
              topics.partitions(records.stream().map(ProducerRecord::topic).distinct().toList()));
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                Map<TopicPartition, Long> read = topics.committed(PREFIX + of.job().name());
                return ends.entrySet().stream()
                    .allMatch(
                        end ->
                            end.getValue() == 0
                                || read.getOrDefault(end.getKey(), 0L).equals(end.getValue()));
              });
    }
  }

  /**
   * What is published once nothing more comes for the time of many checkpoints. Then no transaction
   * is left to commit, which no other broker could do.
   */
  private static List<String> settled(GoldenCase of, LocalBroker broker) throws Exception {
    List<String> last = new ArrayList<>();
    await()
        .during(SETTLED)
        .atMost(LIMIT)
        .until(
            () -> {
              List<String> now = of.published(broker.bootstrap(), PREFIX);
              boolean isSame = now.equals(last) && !now.isEmpty() && of.isThrough(now);
              last.clear();
              last.addAll(now);
              return isSame;
            });
    return last;
  }

  private static JobConfig config(GoldenCase of, LocalBroker broker, Map<String, String> options)
      throws Exception {
    // Partitions are never idle: the clock is years beyond the records.
    Map<String, String> all =
        new TreeMap<>(
            Map.of(
                "bootstrap",
                broker.bootstrap(),
                "topic-prefix",
                PREFIX,
                "create-topics",
                "true",
                "idle-timeout",
                "0s"));
    if (!of.job().stores().isEmpty()) {
      all.put("stores", "none");
    }
    all.putAll(options);
    List<String> arguments = new ArrayList<>();
    all.forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), of.job());
    KafkaTopics.prepare(config.configuration(), of.job().topics());
    return config;
  }
}
