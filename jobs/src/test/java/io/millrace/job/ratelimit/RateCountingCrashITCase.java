package io.millrace.job.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.Crash;
import io.millrace.job.CrashEndpoints;
import io.millrace.job.CrashPoint;
import io.millrace.job.CrashRun;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.local.broker.LocalBroker;
import io.millrace.schema.ratelimit.RequestReceived;
import java.nio.file.Path;
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

/**
 * Every crash point, at several of its occurrences: each verdict is committed once, and as if
 * nothing had failed.
 */
class RateCountingCrashITCase {
  private static final int REQUESTS = 4_000;

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
  void crash_anywhere_everyVerdictIsCommittedOnce(CrashPoint point, int occurrence)
      throws Exception {
    String prefix = "crash-" + point + "-" + occurrence + ".";
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap", broker.bootstrap(),
              "--topic-prefix", prefix,
              "--create-topics", "true",
              "--bounded", "true",
              "--coordination", "exact",
              "--stores", "none"
            },
            RateCountingJob.JOB);
    KafkaTopics.prepare(config.configuration(), RateCountingJob.JOB.topics());
    List<RequestReceived> requests = CannedLimits.requests(3, REQUESTS);
    JobRuns.produce(
        broker.bootstrap(), CannedLimits.records(prefix, requests, CannedLimits.rules()));

    Crash.arm(point, occurrence);
    CrashRun run =
        CrashRun.of(
            config,
            new CrashEndpoints(config, REQUESTS / 16, null),
            RateCountingJob::build,
            broker.bootstrap(),
            prefix,
            List.of(),
            new SerialVerdicts(CannedLimits.rules(), 600_000).lines(requests),
            () -> VerdictLines.committed(broker.bootstrap(), prefix));

    assertThat(run.struck()).as("the failure was injected").isTrue();
    assertThat(run.isExactlyOnce()).as(run.toString()).isTrue();
  }
}
