package io.millrace.job;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.local.broker.LocalBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bounded runs of a job that fail at every crash point, at several of its occurrences: each row is
 * committed once, as if nothing had failed.
 */
public abstract class CrashRuns {
  /** In so many checkpoints a source task reads the input. */
  private static final int CHECKPOINTS = 16;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  private static LocalBroker broker;

  /** The job. */
  protected abstract JobDescription job();

  /** What {@code main} would build. */
  protected abstract JobLauncher.Graph graph();

  /** The job's options, beside those that every run has. */
  protected abstract Map<String, String> options();

  /** How many records its main topic has. */
  protected abstract int size();

  /** The whole input; topics begin with {@code prefix}. */
  protected abstract List<ProducerRecord<byte[], byte[]>> records(String prefix);

  /** Every row that must be committed, by a recount; in any order. */
  protected abstract List<String> expected();

  /** The rows that are committed, as {@link #expected} has them; in any order. */
  protected abstract List<String> committed(String bootstrap, String prefix) throws Exception;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(directory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  static Stream<Arguments> crashes() {
    return CrashPlan.of(CrashPoint.inTopics(), List.of(1, 3));
  }

  @ParameterizedTest
  @MethodSource("crashes")
  void crash_anywhere_everyRowIsCommittedOnce(CrashPoint point, int occurrence) throws Exception {
    String prefix = "crash-" + point + "-" + occurrence + ".";
    JobConfig config = prepared(prefix);
    JobRuns.produce(broker.bootstrap(), records(prefix));

    Crash.arm(point, occurrence);
    CrashRun run =
        CrashRun.of(
            config,
            new CrashEndpoints(config, size() / CHECKPOINTS, null),
            graph(),
            broker.bootstrap(),
            prefix,
            List.of(),
            expected(),
            () -> committed(broker.bootstrap(), prefix));

    CrashPlan.check(run);
  }

  private JobConfig prepared(String prefix) throws Exception {
    Map<String, String> all =
        new TreeMap<>(
            Map.of(
                "bootstrap", broker.bootstrap(),
                "topic-prefix", prefix,
                "create-topics", "true",
                "bounded", "true",
                "stores", "none"));
    all.putAll(options());
    List<String> arguments = new ArrayList<>();
    all.forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), job());
    KafkaTopics.prepare(config.configuration(), job().topics());
    return config;
  }
}
