package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.local.broker.LocalBroker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Which changes of a job its savepoints survive, and how the others are refused. */
class StateChangesITCase {
  private static final String PANES = "io/millrace/operator/topk/BucketPanes.java";
  private static final String PROGRESS = "io/millrace/operator/topk/LocalCountOperator.java";

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private Path directory;

  private LocalBroker broker;
  private GoldenSavepoint golden;

  @BeforeEach
  void startBroker() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    golden = GoldenSavepoint.of(GoldenSavepoint.versions().get(0));
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  @Test
  void fieldAddedToState_restoresAndContinues() throws Exception {
    String jar =
        ChangedJar.of(
            directory,
            PANES,
            Map.of(
                "public record BucketPanes(List<Pane> panes) {",
                """
                public record BucketPanes(List<Pane> panes, long added) {
                  public BucketPanes(List<Pane> panes) {
                    this(panes, 1L);
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
                "long bytes, long mergedBytes)", "long bytes, int mergedBytes)",
                "1, intoBytes, intoBytes)", "1, intoBytes, (int) intoBytes)"));

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
    settings.put("execution.state-recovery.path", golden.address());
    JobClient job = JobRuns.start(config, HeavyHittersJob::build, 1, settings);

    assertThat(job.getJobExecutionResult()).failsWithin(java.time.Duration.ofSeconds(60));
    for (String reason : reasons) {
      assertThatThrownBy(() -> job.getJobExecutionResult().get()).hasStackTraceContaining(reason);
    }
  }
}
