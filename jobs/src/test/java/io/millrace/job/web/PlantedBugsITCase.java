package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.CrashPoint;
import io.millrace.job.CrashRun;
import io.millrace.job.PlantedBug;
import io.millrace.local.broker.LocalBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whether the crashes of {@link CrashPointsITCase} would show a bug: each is planted, and must not
 * get through; without it, the same crash must do no harm. Prints what came of each.
 */
class PlantedBugsITCase {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  private static final Map<PlantedBug, CrashRun> PLANTED = new EnumMap<>(PlantedBug.class);
  private static final Map<CrashPoint, CrashRun> HEALTHY = new EnumMap<>(CrashPoint.class);

  private static LocalBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(directory);
  }

  @AfterAll
  @SuppressWarnings("SystemOut") // The table is for whoever runs this.
  static void stopBroker() throws Exception {
    broker.close();
    StringBuilder table = new StringBuilder();
    PLANTED.forEach(
        (bug, run) ->
            table
                .append(bug.text())
                .append(" | ")
                .append(run.verdict())
                .append(" | ")
                .append(run.isExactlyOnce() ? "no" : "yes")
                .append('\n'));
    System.out.println("\nplanted bug | how it showed | caught\n" + table);
    Files.writeString(Path.of("target/planted-bugs.txt"), table);
  }

  @ParameterizedTest
  @EnumSource
  void plantedBug_isCaught(PlantedBug bug) throws Exception {
    CrashPoint point =
        switch (bug) {
          case AT_LEAST_ONCE_SINK, FLUSH_SKIPPED -> CrashPoint.FLUSHED_BEFORE_BARRIER;
          case SHARED_TRANSACTIONAL_IDS, LATE_DATA_DROPPED -> CrashPoint.ROWS_IN_TRANSACTION;
          case UPSERT_NOT_IDEMPOTENT -> CrashPoint.STORE_WRITTEN;
          case COMMIT_ERROR_SWALLOWED -> CrashPoint.CHECKPOINT_COMPLETE;
        };

    CrashRun planted = HeavyHittersCrash.run(broker, point, 3, bug);
    PLANTED.put(bug, planted);
    CrashRun healthy = HEALTHY.get(point);
    if (healthy == null) {
      healthy = HeavyHittersCrash.run(broker, point, 3, null);
      HEALTHY.put(point, healthy);
    }

    assertThat(planted.isExactlyOnce()).as("%s: %s", bug.text(), planted.verdict()).isFalse();
    assertThat(healthy.struck()).as("the failure was injected").isTrue();
    assertThat(healthy.isExactlyOnce()).as(healthy.toString()).isTrue();
  }
}
