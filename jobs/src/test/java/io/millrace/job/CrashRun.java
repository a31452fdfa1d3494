package io.millrace.job;

import static org.awaitility.Awaitility.await;

import io.millrace.local.broker.TopicAdmin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.runtime.client.JobExecutionException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What came of a bounded run that was made to fail once.
 *
 * @param struck whether it was
 * @param failure why the job failed for good; empty if it did not
 * @param undecided partitions with a transaction that nobody commits or aborts
 * @param lost rows that should be committed and are not
 * @param extra rows that are committed and should not be, each as often as it is too many
 */
public record CrashRun(
    boolean struck,
    String failure,
    Set<TopicPartition> undecided,
    List<String> lost,
    List<String> extra) {
  private static final int PARALLELISM = 2;
  private static final Duration DECISION_LIMIT = Duration.ofSeconds(8);

  /** Whether the job ended with every row committed once. */
  public boolean isExactlyOnce() {
    return failure.isEmpty() && undecided.isEmpty() && lost.isEmpty() && extra.isEmpty();
  }

  /** What is wrong, in a line. */
  public String verdict() {
    if (!failure.isEmpty()) {
      return "the job failed: " + failure;
    }
    List<String> wrong = new ArrayList<>();
    if (!lost.isEmpty()) {
      wrong.add(lost.size() + " rows lost");
    }
    if (!extra.isEmpty()) {
      wrong.add(extra.size() + " rows too many");
    }
    if (!undecided.isEmpty()) {
      wrong.add("open transactions in " + undecided.size() + " partitions");
    }
    return wrong.isEmpty() ? "every row once" : String.join(", ", wrong);
  }

  /**
   * Runs a job to its end at parallelism 2 on RocksDB.
   *
   * @param topicPrefix the one that the options give
   * @param flushing uids of the operators that flush before a barrier
   * @param expected the rows that must be committed
   * @param committed reads the rows that are
   */
  public static CrashRun of(
      JobConfig config,
      CrashEndpoints endpoints,
      JobLauncher.Graph graph,
      String bootstrap,
      String topicPrefix,
      List<String> flushing,
      List<String> expected,
      Callable<List<String>> committed)
      throws Exception {
    StreamExecutionEnvironment env =
        JobRuns.environment(
            config,
            PARALLELISM,
            Map.of(
                "execution.checkpointing.interval",
                "50 ms",
                // So that windows close checkpoint by checkpoint: otherwise a fast run closes
                // several together, and comes to a point less often.
                "pipeline.auto-watermark-interval",
                "10 ms",
                "restart-strategy.type",
                "fixed-delay",
                "restart-strategy.fixed-delay.attempts",
                "2",
                "restart-strategy.fixed-delay.delay",
                "0 s"));
    graph.build(env, config, endpoints);
    StreamGraph built = env.getStreamGraph();
    if (endpoints.bug() == PlantedBug.FLUSH_SKIPPED) {
      flushing.forEach(uid -> WithoutBarrierFlush.plant(built, uid));
    }
    String failure = failureOf(env, built);
    if (!failure.isEmpty()) {
      return new CrashRun(Crash.hasStruck(), failure, Set.of(), List.of(), List.of());
    }
    List<String> topics =
        config.job().outputs().stream().map(topic -> topicPrefix + topic.name()).toList();
    Set<TopicPartition> undecided = undecided(bootstrap, topics);
    List<String> actual = committed.call();
    return new CrashRun(
        Crash.hasStruck(), "", undecided, minus(expected, actual), minus(actual, expected));
  }

  private static String failureOf(StreamExecutionEnvironment env, StreamGraph graph)
      throws Exception {
    try {
      JobExecutionResult result = env.execute(graph);
      return result.isJobExecutionResult() ? "" : "no result";
    } catch (JobExecutionException | IllegalStateException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return String.valueOf(
          ExceptionUtils.stringifyException(cause).lines().findFirst().orElse(""));
    }
  }

  /** What stays undecided: after a good run every transaction is soon committed or aborted. */
  private static Set<TopicPartition> undecided(String bootstrap, List<String> topics)
      throws Exception {
    try (TopicAdmin admin = new TopicAdmin(bootstrap)) {
      Set<TopicPartition> partitions = admin.partitions(topics);
      try {
        await()
            .atMost(DECISION_LIMIT)
            .until(() -> admin.ends(partitions).equals(admin.stableEnds(partitions)));
        return Set.of();
      } catch (ConditionTimeoutException e) {
        Map<TopicPartition, Long> open = admin.ends(partitions);
        open.entrySet().removeAll(admin.stableEnds(partitions).entrySet());
        return open.keySet();
      }
    }
  }

  private static List<String> minus(List<String> rows, List<String> others) {
    List<String> left = new ArrayList<>(rows);
    others.forEach(left::remove);
    return left;
  }
}
