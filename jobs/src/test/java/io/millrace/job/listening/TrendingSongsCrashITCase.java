package io.millrace.job.listening;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.Crash;
import io.millrace.job.CrashEndpoints;
import io.millrace.job.CrashPoint;
import io.millrace.job.CrashRun;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.fault.ChartOracle;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every crash point, at several of its occurrences: each chart is committed once. */
class TrendingSongsCrashITCase {
  private static final long MINUTE = CannedPlays.MINUTE;
  private static final int PLAYS = 4_000;
  private static final List<String> CHARTS = List.of("windowed", "decayed", "novelty");

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  private static LocalBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(directory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  static Stream<Arguments> crashes() {
    return CrashPoint.inTopics().stream()
        .flatMap(point -> Stream.of(1, 3).map(occurrence -> Arguments.of(point, occurrence)));
  }

  @ParameterizedTest
  @MethodSource("crashes")
  void crash_anywhere_everyChartIsCommittedOnce(CrashPoint point, int occurrence) throws Exception {
    String prefix = "crash-" + point + "-" + occurrence + ".";
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap", broker.bootstrap(),
              "--topic-prefix", prefix,
              "--create-topics", "true",
              "--bounded", "true",
              "--window", "60m",
              "--slide", "5m",
              "--k", "12",
              "--listener-cap", "2",
              "--half-life", "30m",
              "--min-support", "3",
              "--stores", "none"
            },
            TrendingSongsJob.JOB);
    KafkaTopics.prepare(config.configuration(), TrendingSongsJob.JOB.topics());
    List<SongPlayed> plays = CannedPlays.plays(3, PLAYS);
    JobRuns.produce(broker.bootstrap(), CannedPlays.records(prefix, plays, CannedPlays.songs()));
    ChartOracle recount = new ChartOracle(60 * MINUTE, 5 * MINUTE, 12, 30 * MINUTE, 2, 3, CHARTS);

    Crash.arm(point, occurrence);
    CrashRun run =
        CrashRun.of(
            config,
            new CrashEndpoints(config, PLAYS / 16, null),
            TrendingSongsJob::build,
            broker.bootstrap(),
            prefix,
            List.of(),
            recount.rows(plays, CannedPlays.songs()),
            () -> committed(prefix));

    assertThat(run.struck()).as("the failure was injected").isTrue();
    assertThat(run.isExactlyOnce()).as(run.toString()).isTrue();
  }

  private static List<String> committed(String prefix) throws IOException {
    List<String> rows =
        new ArrayList<>(ChartOracle.published(read(prefix + "trending-songs.charts")));
    read(prefix + "trending-songs.late").forEach(late -> rows.add("late " + late));
    read(prefix + "listening.plays.dlq").forEach(letter -> rows.add("refused " + letter));
    return rows;
  }

  private static List<JsonNode> read(String topic) throws IOException {
    return TopicReader.committed(broker.bootstrap(), topic);
  }
}
