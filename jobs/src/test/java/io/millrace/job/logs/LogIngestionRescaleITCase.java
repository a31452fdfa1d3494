package io.millrace.job.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.RescaleRun;
import io.millrace.local.broker.LocalBroker;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;

/** Changes of parallelism in the middle of the lines, on savepoints. */
class LogIngestionRescaleITCase extends RescaleRun {
  private static final List<Integer> PARALLELISMS = List.of(1, 2, 1);

  @Test
  void rescale_1to2to1_everyLineMinuteAndAlertOnce_andEveryAccountIsRight() throws Exception {
    CannedLogs logs = new CannedLogs(PREFIX, 19, 3_000);
    List<String> expected = LogLines.expected(logs);
    try (LocalBroker broker = broker()) {
      JobConfig config = prepared(broker);
      JobRuns.produce(broker.bootstrap(), CannedLogs.descriptions(PREFIX));
      String savepoint = "";
      int read = 0;
      for (int part = 1; part <= PARALLELISMS.size(); part++) {
        int before = LogLines.committed(broker.bootstrap(), PREFIX).size();
        JobClient job =
            start(config, LogIngestionJob::build, PARALLELISMS.get(part - 1), savepoint);
        JobRuns.produce(broker.bootstrap(), CannedLogs.ofNoAccount(PREFIX));
        boolean isLast = part == PARALLELISMS.size();
        int to =
            isLast
                ? logs.records.size()
                : logs.betweenRecords(part * logs.records.size() / PARALLELISMS.size());
        JobRuns.produce(broker.bootstrap(), logs.arriving(read, to));
        read = to;
        if (isLast) {
          JobRuns.produce(broker.bootstrap(), CannedLogs.closing(PREFIX));
        }
        int wanted = isLast ? expected.size() : before + 100;
        await()
            .atMost(LIMIT)
            .until(() -> LogLines.committed(broker.bootstrap(), PREFIX).size() >= wanted);
        if (isLast) {
          await()
              .atMost(LIMIT)
              .untilAsserted(
                  () ->
                      assertThat(LogLines.accounts(broker.bootstrap(), PREFIX))
                          .isEqualTo(logs.accounts(true)));
        }
        savepoint = stop(job);
      }

      assertThat(LogLines.committed(broker.bootstrap(), PREFIX))
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(LogLines.accounts(broker.bootstrap(), PREFIX)).isEqualTo(logs.accounts(true));
    }
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
    CannedLogs.OPTIONS.forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), LogIngestionJob.JOB);
    KafkaTopics.prepare(config.configuration(), LogIngestionJob.JOB.topics());
    return config;
  }
}
