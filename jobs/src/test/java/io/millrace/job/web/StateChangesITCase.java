package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.GoldenSavepoint;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.local.broker.LocalBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Which changes of a job its savepoints survive, and how the others are refused. */
class StateChangesITCase {
  private static final String PANES = "io/millrace/operator/topk/BucketPanes.java";

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path servers;

  private static LocalBroker broker;
  private static GoldenSavepoint golden;

  @TempDir private Path directory;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(servers);
    golden = GoldenSavepoint.of(RankingCase.SLIDING).get(0);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void fieldAddedToState_restoresAndContinues() throws Exception {
    String jar =
        ChangedJar.of(
            directory,
            PANES,
            Map.of(
                "public record BucketPanes(List<Pane> panes, long publishedAfterLeast) {",
                """
                public record BucketPanes(List<Pane> panes, long publishedAfterLeast, long added) {
                  public BucketPanes(List<Pane> panes, long publishedAfterLeast) {
                    this(panes, publishedAfterLeast, 1L);
                  }
                """));

    golden.restoreAndContinue(broker, Map.of("pipeline.jars", jar), directory);
  }

  @Test
  void fieldOfStateRetyped_isRefusedWithUidAndReason() throws Exception {
    String jar =
        ChangedJar.of(
            directory,
            PANES,
            Map.of(
                "long mergedBytes,",
                "int mergedBytes,",
                "int piecesInBlock) {",
                """
                int piecesInBlock) {
                  public Pane(
                      long start,
                      long end,
                      int pieces,
                      long bytes,
                      long merged,
                      int block,
                      int first,
                      int inBlock) {
                    this(start, end, pieces, bytes, (int) merged, block, first, inBlock);
                  }
                """));

    assertRefused(
        golden.prepared(broker, Map.of()),
        Map.of("pipeline.jars", jar),
        "operator heavy-hitters-buckets can't be restored: state \"panes\" was saved in another"
            + " form",
        "the type of one of its fields is another one now");
  }

  @Test
  void otherWindow_isRefusedWithUidAndReason() throws Exception {
    assertRefused(
        golden.prepared(broker, Map.of("window", "3m")),
        Map.of(),
        "operator heavy-hitters-l",
        "its state was counted with window 120000 ms",
        "asks for window 180000 ms");
  }

  private void assertRefused(JobConfig config, Map<String, String> flink, String... reasons)
      throws Exception {
    Map<String, String> settings = new HashMap<>(flink);
    settings.put("execution.state-recovery.path", golden.unpacked(directory));
    JobClient job = JobRuns.start(config, HeavyHittersJob::build, 1, settings);

    assertThat(job.getJobExecutionResult()).failsWithin(Duration.ofMinutes(3));
    for (String reason : reasons) {
      assertThatThrownBy(() -> job.getJobExecutionResult().get()).hasStackTraceContaining(reason);
    }
  }
}
