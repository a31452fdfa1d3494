package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.CrashPoint;
import io.millrace.job.CrashRun;
import io.millrace.local.broker.LocalBroker;
import java.nio.file.Path;
import java.util.Arrays;
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

/** Every crash point, at several of its occurrences: each row is committed once. */
class CrashPointsITCase {
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

  @ParameterizedTest
  @MethodSource("crashes")
  void crash_anywhere_everyRowIsCommittedOnce(CrashPoint point, int occurrence) throws Exception {
    CrashRun run = HeavyHittersCrash.run(broker, point, occurrence, null);

    assertThat(run.struck()).as("the failure was injected").isTrue();
    assertThat(run.isExactlyOnce()).as(run.toString()).isTrue();
  }

  static Stream<Arguments> crashes() {
    return Arrays.stream(CrashPoint.values())
        .flatMap(point -> Stream.of(1, 2, 4).map(occurrence -> Arguments.of(point, occurrence)));
  }
}
