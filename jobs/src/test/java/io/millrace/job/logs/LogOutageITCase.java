package io.millrace.job.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.CrashEndpoints;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.query.LogIndex;
import io.millrace.local.query.LogQuery;
import io.millrace.local.store.LocalOpenSearch;
import io.millrace.local.store.LocalS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Outages of OpenSearch and of S3 in the middle of a run: the job waits or starts again, and then
 * every line is in the topic, in the index and in the archive once, and the accounts of each source
 * and partition are what they must be.
 */
class LogOutageITCase {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String PREFIX = "outage.";
  private static final int PARALLELISM = 2;

  /** The run has so many checkpoints at least, so that there is a middle. */
  private static final int CHECKPOINTS = 30;

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static LocalOpenSearch openSearch;
  private static LocalS3 s3;

  @BeforeAll
  static void startServers() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    openSearch = LocalOpenSearch.start(directory.resolve("opensearch"));
    s3 = LocalS3.start(directory.resolve("endpoint"));
    Configuration flink = Configuration.fromMap(s3.flinkSettings());
    FileSystem.initialize(
        flink,
        new DefaultPluginManager(
            new DirectoryBasedPluginFinder(LocalS3.plugins()).findPlugins(),
            CoreOptions.getPluginParentFirstLoaderPatterns(flink)));
  }

  @AfterAll
  static void stopServers() throws Exception {
    s3.close();
    FileSystem.initialize(new Configuration(), null);
    openSearch.close();
    broker.close();
  }

  private static JobConfig prepared() throws Exception {
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap", broker.bootstrap(),
              "--topic-prefix", PREFIX,
              "--create-topics", "true",
              "--bounded", "true",
              "--stores", "opensearch",
              "--opensearch", openSearch.address(),
              "--create-tables", "true",
              "--archive", "s3://" + LocalS3.BUCKET + "/logs",
              "--archive-roll-size", "20kb"
            },
            LogIngestionJob.JOB);
    KafkaTopics.prepare(config.configuration(), LogIngestionJob.JOB.topics());
    return config;
  }

  private static StreamExecutionEnvironment environment(JobConfig config) {
    return JobRuns.environment(
        config,
        PARALLELISM,
        Map.of(
            "execution.checkpointing.interval",
            "100 ms",
            "execution.checkpointing.tolerable-failed-checkpoints",
            "1000",
            "restart-strategy.type",
            "fixed-delay",
            "restart-strategy.fixed-delay.attempts",
            String.valueOf(Integer.MAX_VALUE),
            "restart-strategy.fixed-delay.delay",
            "200 ms"));
  }

  @Test
  void openSearchAndS3_awayInMidRun_everyLineIsEverywhereOnce() throws Exception {
    JobConfig config = prepared();
    CannedLogs logs = new CannedLogs(PREFIX, 29, 4_000);
    JobRuns.produce(broker.bootstrap(), CannedLogs.descriptions(PREFIX));
    JobRuns.produce(broker.bootstrap(), logs.records);
    StreamExecutionEnvironment env = environment(config);
    LogIngestionJob.build(
        env,
        config,
        new CrashEndpoints(config, logs.records.size() / CHECKPOINTS / PARALLELISM, null));
    CompletableFuture<?> run = env.executeAsync().getJobExecutionResult();

    awaitRecords(1);
    openSearch.process().kill();
    int atFirst = records().size();
    assertThat(run).as("OpenSearch goes in mid-run").isNotDone();
    openSearch.restart();
    awaitRecords(atFirst + 100);

    s3.process().kill();
    int atSecond = records().size();
    assertThat(atSecond).as("S3 goes in mid-run").isLessThan(logs.expected.size());
    assertThat(run).isNotDone();
    s3.restart();
    run.get();

    List<String> expected = new ArrayList<>();
    logs.expected.forEach(record -> expected.add("record " + record));
    logs.minutes.forEach((minute, count) -> expected.add("minute " + minute + " " + count));
    logs.alerts().forEach(alert -> expected.add("alert " + alert));
    logs.refused.forEach(line -> expected.add("refused " + line));
    assertThat(LogLines.committed(broker.bootstrap(), PREFIX))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(LogLines.accounts(broker.bootstrap(), PREFIX)).isEqualTo(logs.accounts(false));
    assertThat(documents()).containsExactlyInAnyOrderElementsOf(records());
    Path archive = s3.objects().resolve("logs").resolve(PREFIX + "logs.raw");
    assertThat(ArchivedLines.read(archive)).isEqualTo(ArchivedLines.of(logs.records));
    assertThat(files(archive))
        .as("files that are finished are listed")
        .isEqualTo(files(archive.resolve("_manifest")));
  }

  private static void awaitRecords(int count) {
    await().atMost(LIMIT).until(() -> records().size() >= count);
  }

  private static List<JsonNode> records() throws IOException {
    return TopicReader.committed(broker.bootstrap(), PREFIX + "log-ingestion.records");
  }

  /** All documents, once each that must be there can be found. */
  private static List<JsonNode> documents() throws Exception {
    LogIndex index = LogIndex.at(openSearch.address(), PREFIX);
    LogQuery all = LogQuery.of(Map.of("limit", List.of("10000")));
    int least = records().size();
    await().atMost(LIMIT).until(() -> index.search(all).size() >= least);
    List<JsonNode> documents = new ArrayList<>();
    for (String document : index.search(all)) {
      documents.add(JSON.readTree(document));
    }
    return documents;
  }

  /** How many files of days there are in a directory. */
  private static long files(Path directory) throws IOException {
    try (Stream<Path> days = Files.list(directory)) {
      return count(days.filter(each -> each.getFileName().toString().startsWith("day=")).toList());
    }
  }

  /** Files that can be read: names that begin with a dot or underscore are not finished. */
  private static long count(List<Path> directories) throws IOException {
    long count = 0;
    for (Path each : directories) {
      try (Stream<Path> files = Files.list(each)) {
        count += files.filter(file -> !file.getFileName().toString().matches("[._].*")).count();
      }
    }
    return count;
  }
}
