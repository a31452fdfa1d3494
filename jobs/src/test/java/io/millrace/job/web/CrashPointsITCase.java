package io.millrace.job.web;

import io.millrace.job.CrashPlan;
import io.millrace.job.CrashPoint;
import io.millrace.job.CrashRun;
import io.millrace.local.broker.LocalBroker;
import java.nio.file.Path;
import java.util.EnumSet;
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

    CrashPlan.check(run);
  }

  static Stream<Arguments> crashes() {
    return CrashPlan.of(EnumSet.allOf(CrashPoint.class), List.of(1, 2, 4));
  }
}
