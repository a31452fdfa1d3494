package io.millrace.job.payments;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.Crash;
import io.millrace.job.CrashEndpoints;
import io.millrace.job.CrashPoint;
import io.millrace.job.CrashRun;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.local.broker.LocalBroker;
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

/** Every crash point, at several of its occurrences: each match and each break is there once. */
class ReconciliationCrashITCase {
  private static final int REFERENCES = 250;

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
  void crash_anywhere_everyEntryIsInOnePlace(CrashPoint point, int occurrence) throws Exception {
    String prefix = "crash-" + point + "-" + occurrence + ".";
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--topic-prefix",
              prefix,
              "--create-topics",
              "true",
              "--bounded",
              "true",
              "--max-out-of-orderness",
              LedgerHistory.DISORDER + "ms",
              "--stores",
              "none"
            },
            ReconciliationJob.JOB);
    KafkaTopics.prepare(config.configuration(), ReconciliationJob.JOB.topics());
    LedgerHistory history = new LedgerHistory(7, REFERENCES);
    JobRuns.produce(broker.bootstrap(), history.records(prefix));

    Crash.arm(point, occurrence);
    CrashRun run =
        CrashRun.of(
            config,
            new CrashEndpoints(config, history.written.size() / 16, null),
            ReconciliationJob::build,
            broker.bootstrap(),
            prefix,
            List.of(),
            history.expected,
            () -> CommittedBooks.read(broker.bootstrap(), prefix).lines());

    assertThat(run.struck()).as("the failure was injected").isTrue();
    assertThat(run.isExactlyOnce()).as(run.toString()).isTrue();
  }
}
