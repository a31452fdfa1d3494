package io.millrace.job.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.RescaleRun;
import io.millrace.local.broker.LocalBroker;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionReported;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;

/** Changes of parallelism in the middle of the positions, on savepoints. */
class LocationFanoutRescaleITCase extends RescaleRun {
  private static final List<Integer> PARALLELISMS = List.of(1, 2, 4, 1);
  private static final int REPORTS = 6_000;

  /** What is not that far behind the latest of a partition may wait for more. */
  private static final long UNKNOWN_MILLIS = 15_000;

  @Test
  void eventTime_1to2to4to1_everyViewerSeesWhatTheOracleAllows() throws Exception {
    List<GrantChanged> changes = ShareRuns.changes(27, 400);
    List<PositionReported> reports = CannedShares.reports(28, REPORTS);
    List<String> expected = new SerialShares(changes, 340).lines(reports);
    try (LocalBroker broker = broker()) {
      JobConfig config = prepared(broker);
      JobRuns.produce(broker.bootstrap(), CannedShares.records(PREFIX, List.of(), changes));
      String savepoint = "";
      int size = reports.size() / PARALLELISMS.size();
      for (int part = 0; part < PARALLELISMS.size(); part++) {
        boolean isLast = part == PARALLELISMS.size() - 1;
        int parallelism = PARALLELISMS.get(part);
        JobClient job = start(config, LocationFanoutJob::build, parallelism, savepoint);
        JobRuns.produce(broker.bootstrap(), ShareRuns.ofNoAccount(PREFIX));
        JobRuns.produce(
            broker.bootstrap(),
            CannedShares.records(
                PREFIX,
                reports.subList(part * size, isLast ? reports.size() : (part + 1) * size),
                List.of()));
        if (isLast) {
          JobRuns.produce(broker.bootstrap(), ShareRuns.closing(PREFIX));
        }
        long known = isLast ? Long.MAX_VALUE : reports.get((part + 1) * size).at() - UNKNOWN_MILLIS;
        List<String> due =
            expected.stream().filter(line -> ShareRuns.timeOf(line) <= known).toList();
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () ->
                    assertThat(missing(due, delivered(broker)))
                        .as("what is missing at parallelism %d", parallelism)
                        .isEmpty());
        savepoint = stop(job);
      }
      assertThat(expected).hasSizeGreaterThan(5_000);
      assertThat(delivered(broker)).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static List<String> missing(List<String> due, List<String> delivered) {
    Set<String> there = new HashSet<>(delivered);
    return due.stream().filter(line -> !there.contains(line)).toList();
  }

  private static List<String> delivered(LocalBroker broker) throws Exception {
    return ShareRuns.delivered(broker.bootstrap(), PREFIX);
  }

  private static JobConfig prepared(LocalBroker broker) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap", broker.bootstrap(),
                "--topic-prefix", PREFIX,
                "--create-topics", "true",
                "--idle-timeout", "0s",
                "--stores", "none"));
    ShareRuns.options().forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), LocationFanoutJob.JOB);
    KafkaTopics.prepare(config.configuration(), LocationFanoutJob.JOB.topics());
    return config;
  }
}
