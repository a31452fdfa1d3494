package io.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.connector.archive.Archive;
import io.millrace.connector.archive.ArchiveOptions;
import io.millrace.job.bench.ArchiveSinkJob;
import io.millrace.local.fault.ArchivedPlays;
import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.store.LocalS3;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An archive in a directory and on a real S3 endpoint, by Flink's plugin: what a run leaves is
 * every row once, listed, with {@code _SUCCESS} as the last, wherever the run is struck.
 */
public class ArchiveCrashITCase {
  /** A row with its number. */
  public record Numbered(long row, String text) {}

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final int PARALLELISM = 2;
  private static final int ROWS = 6_000;
  private static final int ROWS_PER_CHECKPOINT = 250;
  private static final long START = 1_769_850_000_000L;
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private static Path directory;

  private static LocalS3 s3;

  @BeforeAll
  static void startS3() throws Exception {
    s3 = LocalS3.start(directory.resolve("endpoint"));
    useS3(s3.flinkSettings());
  }

  private static void useS3(Map<String, String> settings) throws Exception {
    new FlinkPlugins(LocalS3.plugins(), settings).load(Configuration.fromMap(settings));
  }

  @AfterAll
  static void stopS3() {
    s3.close();
    FileSystem.initialize(new Configuration(), null);
  }

  private static String address(String kind, String name) {
    return kind.equals("s3")
        ? "s3://" + LocalS3.BUCKET + "/" + name
        : directory.resolve(name).toAbsolutePath().toString();
  }

  private static Path path(String kind, String name) {
    return kind.equals("s3") ? s3.objects().resolve(name) : directory.resolve(name);
  }

  private static StreamExecutionEnvironment environment(int restarts) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    Configuration flink = new Configuration();
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, restarts);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
    env.configure(flink);
    env.setParallelism(PARALLELISM);
    return env;
  }

  /** Rows of three days, each with its number; padded to a length. */
  private static void build(
      StreamExecutionEnvironment env, String archive, String rollSize, int rows, int padding) {
    build(env, archive, "json", rollSize, rows, padding);
  }

  private static void build(
      StreamExecutionEnvironment env,
      String archive,
      String format,
      String rollSize,
      int rows,
      int padding) {
    Configuration options = new Configuration();
    options.set(ArchiveOptions.ARCHIVE_FORMAT, format);
    options.set(ArchiveOptions.ARCHIVE, archive);
    options.set(ArchiveOptions.ARCHIVE_ROLL_SIZE, MemorySize.parse(rollSize));
    String padded = "x".repeat(padding);
    env.fromSource(
            new PacedSource<>(new NumberSequenceSource(0, rows - 1L), ROWS_PER_CHECKPOINT),
            WatermarkStrategy.noWatermarks(),
            "numbers")
        .uid("numbers")
        .sinkTo(
            new CrashingSink<>(
                Archive.<Long, Numbered>of(
                    options,
                    "rows",
                    Numbered.class,
                    row -> new Numbered(row, padded),
                    row -> START + row % 3 * DAY_MILLIS),
                false))
        .uid("archive");
  }

  @ParameterizedTest
  @CsvSource({
    "file, FLUSHED_BEFORE_BARRIER, 5",
    "file, CHECKPOINT_COMPLETE, 3",
    "file, PARTLY_COMMITTED, 4",
    "s3, FLUSHED_BEFORE_BARRIER, 1",
    "s3, FLUSHED_BEFORE_BARRIER, 5",
    "s3, CHECKPOINT_COMPLETE, 1",
    "s3, CHECKPOINT_COMPLETE, 4",
    "s3, PARTLY_COMMITTED, 1",
    "s3, PARTLY_COMMITTED, 5"
  })
  void run_struckSomewhere_leavesEveryRowOnceAndListed(
      String kind, CrashPoint point, int occurrence) throws Exception {
    String name = "crash-" + point + occurrence;
    StreamExecutionEnvironment env = environment(2);
    build(env, address(kind, name), "20kb", ROWS, 10);

    Crash.arm(point, occurrence);
    env.execute();

    assertThat(Crash.hasStruck()).as("the failure was injected").isTrue();
    assertComplete(path(kind, name).resolve("rows"), ROWS);
  }

  /** What is in the files is for the tests beside the archive, with Parquet's own reader. */
  @ParameterizedTest
  @CsvSource({"file, CHECKPOINT_COMPLETE, 3", "s3, PARTLY_COMMITTED, 4"})
  void runInParquet_struckSomewhere_leavesEveryRowListedOnce(
      String kind, CrashPoint point, int occurrence) throws Exception {
    String name = "parquet-" + point + occurrence;
    StreamExecutionEnvironment env = environment(2);
    build(env, address(kind, name), "parquet", "20kb", ROWS, 10);

    Crash.arm(point, occurrence);
    env.execute();

    assertThat(Crash.hasStruck()).as("the failure was injected").isTrue();
    Path archive = path(kind, name).resolve("rows");
    int rows = 0;
    int files = 0;
    for (Path list : files(archive.resolve("_manifest"), ".json")) {
      JsonNode file = JSON.readTree(list.toFile());
      byte[] content = Files.readAllBytes(archive.resolve(file.get("file").asText()));
      assertThat(file.get("sha256").asText()).isEqualTo(sha256(content));
      assertThat(new String(content, 0, 4, UTF_8)).isEqualTo("PAR1");
      rows += file.get("rows").asInt();
      files++;
    }
    assertThat(rows).isEqualTo(ROWS);
    assertThat(files(archive, ".parquet")).as("a finished file is listed").hasSize(files);
    JsonNode success = JSON.readTree(archive.resolve("_SUCCESS").toFile());
    assertThat(success.get("rows").asInt()).isEqualTo(ROWS);
    assertThat(success.get("files").asInt()).isEqualTo(files);
    assertSuccessIsLast(archive);
  }

  /** Finished files below a directory, by what their names end in. */
  private static List<Path> files(Path directory, String suffix) throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().matches("part-.*\\" + suffix))
          .toList();
    }
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  @Test
  void filesOfManyParts_struckInBetween_areWhole() throws Exception {
    StreamExecutionEnvironment env = environment(2);
    // Parts of S3 are of 5 MiB at least; what is below that when a checkpoint comes is kept apart.
    build(env, address("s3", "parts"), "12mb", ROWS, 8_000);

    Crash.arm(CrashPoint.FLUSHED_BEFORE_BARRIER, 9);
    env.execute();

    assertThat(Crash.hasStruck()).isTrue();
    assertComplete(path("s3", "parts").resolve("rows"), ROWS);
  }

  @Test
  void endpoint_refusingOneOfFiveAndThenGone_isWaitedFor() throws Exception {
    StreamExecutionEnvironment env = environment(Integer.MAX_VALUE);
    build(env, address("s3", "outage"), "20kb", ROWS, 10);
    Path rows = path("s3", "outage").resolve("rows");

    s3.failOneOf(5);
    CompletableFuture<?> run = env.executeAsync().getJobExecutionResult();
    await().atMost(Duration.ofMinutes(1)).until(() -> Files.isDirectory(rows.resolve("_manifest")));
    s3.process().kill();
    s3.restart();
    s3.failOneOf(0);
    run.get();

    assertComplete(rows, ROWS);
  }

  /** What benchmark and chaos run, and what they find by it. */
  @ParameterizedTest
  @CsvSource({"sink, written/plays", "loop, loop"})
  void rows_archivedOrWrittenByHand_areAllFound(String writer, String objects) throws Exception {
    int rows = 60_000;
    ArchiveSinkJob.main(
        new String[] {
          "--writer",
          writer,
          "--rows",
          String.valueOf(rows),
          "--archive",
          address("s3", "written"),
          "--archive-roll-size",
          "1mb",
          "--s3-endpoint",
          s3.address(),
          "--s3-access-key",
          LocalS3.ACCESS_KEY,
          "--s3-secret-key",
          LocalS3.SECRET_KEY
        });

    ArchivedPlays found =
        writer.equals("sink")
            ? ArchivedPlays.inArchive(path("s3", objects), rows)
            : ArchivedPlays.inFiles(path("s3", objects), rows);
    assertThat(found.right()).isEqualTo(rows);
    assertThat(found.extra()).isZero();
  }

  @Test
  void secretKey_thatIsWrong_failsTheJobWithItsReason() throws Exception {
    Map<String, String> settings = new HashMap<>(s3.flinkSettings());
    settings.put("s3.secret-key", "not-" + LocalS3.SECRET_KEY);
    // Amazon's client takes a wrong signature for a clock that is wrong, and tries it again.
    settings.put("s3.attempts.maximum", "2");
    StreamExecutionEnvironment env = environment(0);
    build(env, address("s3", "refused"), "20kb", ROWS, 10);

    useS3(settings);
    try {
      assertThatThrownBy(env::execute)
          .hasStackTraceContaining("AccessDeniedException")
          .hasStackTraceContaining("SignatureDoesNotMatch")
          .hasStackTraceContaining("refused/rows")
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .doesNotContain(LocalS3.SECRET_KEY));
    } finally {
      useS3(s3.flinkSettings());
    }
  }

  @Test
  void bucket_thatIsNotThere_failsTheJobWithItsReason() throws Exception {
    StreamExecutionEnvironment env = environment(0);
    build(env, "s3://no-such-bucket/rows", "20kb", ROWS, 10);

    assertThatThrownBy(env::execute).hasStackTraceContaining("no-such-bucket");
  }

  private static void assertComplete(Path archive, int expected) throws Exception {
    JsonNode success = JSON.readTree(archive.resolve("_SUCCESS").toFile());
    Map<Long, String> places = new TreeMap<>();
    List<String> listed = new ArrayList<>();
    long bytes = 0;
    for (int day = 0; day < 3; day++) {
      String name =
          "day=" + Instant.ofEpochMilli(START + day * DAY_MILLIS).toString().substring(0, 10);
      for (Path list : files(archive.resolve("_manifest").resolve(name))) {
        JsonNode file = JSON.readTree(list.toFile());
        byte[] content = Files.readAllBytes(archive.resolve(file.get("file").asText()));
        assertThat(file.get("sha256").asText()).isEqualTo(sha256(content));
        assertThat(file.get("bytes").asLong()).isEqualTo(content.length);
        listed.add(file.get("file").asText());
        bytes += content.length;
        List<String> lines = new String(content, UTF_8).lines().toList();
        assertThat(lines).hasSize(file.get("rows").asInt());
        for (String line : lines) {
          long row = JSON.readTree(line).get("row").asLong();
          assertThat(row % 3).isEqualTo(day);
          assertThat(places.put(row, list.toString())).as("%s is there twice", row).isNull();
        }
      }
      for (Path file : files(archive.resolve(name))) {
        assertThat(listed)
            .as("a finished file is listed")
            .contains(name + "/" + file.getFileName());
      }
    }
    assertThat(places.keySet()).hasSize(expected);
    assertThat(new TreeSet<>(places.keySet()).last()).isEqualTo(expected - 1L);
    assertThat(success.get("rows").asInt()).isEqualTo(expected);
    assertThat(success.get("files").asInt()).isEqualTo(listed.size());
    assertThat(success.get("bytes").asLong()).isEqualTo(bytes);
    assertThat(listed.size()).as("files, as they are rolled").isGreaterThan(3);
    assertSuccessIsLast(archive);
  }

  /** Whoever sees it sees all that it stands for: nothing is written afterwards. */
  private static void assertSuccessIsLast(Path archive) throws Exception {
    FileTime success = Files.getLastModifiedTime(archive.resolve("_SUCCESS"));
    try (Stream<Path> all = Files.walk(archive)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        assertThat(Files.getLastModifiedTime(each)).as("%s", each).isLessThanOrEqualTo(success);
      }
    }
  }

  /** What is there to be read: names that begin with a dot or underscore are not finished. */
  private static List<Path> files(Path directory) throws Exception {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> !file.getFileName().toString().matches("[._].*")).sorted().toList();
    }
  }
}
