package io.millrace.job.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.RescaleRun;
import io.millrace.local.broker.LocalBroker;
import io.millrace.schema.ratelimit.RequestReceived;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;

/** Changes of parallelism in the middle of the requests, on savepoints. */
class RateCountingRescaleITCase extends RescaleRun {
  private static final List<Integer> PARALLELISMS = List.of(1, 2, 1);
  private static final int REQUESTS = 6_000;
  private static final long OF_ALL = 90;

  /** Rows committed, in the form in which they are compared. */
  private interface Rows {
    List<String> committed(LocalBroker broker) throws Exception;
  }

  @Test
  void exact_1to2to1_everyVerdictIsTheSerialOne() throws Exception {
    List<RequestReceived> requests = CannedLimits.requests(8, REQUESTS);

    List<String> verdicts =
        rescaled("exact", requests, broker -> LimitRuns.verdicts(broker.bootstrap(), PREFIX));

    assertThat(verdicts)
        .isEqualTo(new SerialVerdicts(CannedLimits.rules(), 600_000).lines(requests));
  }

  @Test
  void leases_1to2to1_everyRequestIsAnsweredAndNoLimitExceeded() throws Exception {
    List<RequestReceived> requests = CannedLimits.requests(9, REQUESTS);

    List<String> answered =
        rescaled(
            "leases",
            requests,
            broker -> LimitRuns.answered(broker.bootstrap(), PREFIX, requests, OF_ALL));

    assertThat(answered)
        .containsExactlyInAnyOrderElementsOf(
            requests.stream().map(RequestReceived::requestId).toList());
  }

  /** Reads a third of the requests at each parallelism; returns what is committed in the end. */
  private List<String> rescaled(String coordination, List<RequestReceived> requests, Rows rows)
      throws Exception {
    try (LocalBroker broker = broker()) {
      JobConfig config = prepared(broker, coordination);
      JobRuns.produce(
          broker.bootstrap(), CannedLimits.records(PREFIX, List.of(), CannedLimits.rules()));
      String savepoint = "";
      for (int part = 0; part < PARALLELISMS.size(); part++) {
        int before = rows.committed(broker).size();
        JobClient job = start(config, RateCountingJob::build, PARALLELISMS.get(part), savepoint);
        JobRuns.produce(broker.bootstrap(), LimitRuns.ofNoAccount(PREFIX));
        int size = requests.size() / PARALLELISMS.size();
        JobRuns.produce(
            broker.bootstrap(),
            CannedLimits.records(
                PREFIX, requests.subList(part * size, (part + 1) * size), List.of()));
        boolean isLast = part == PARALLELISMS.size() - 1;
        if (isLast) {
          JobRuns.produce(broker.bootstrap(), LimitRuns.closing(PREFIX));
        }
        int wanted = isLast ? requests.size() : before + 100;
        await().atMost(LIMIT).until(() -> rows.committed(broker).size() >= wanted);
        savepoint = stop(job);
      }
      return rows.committed(broker);
    }
  }

  private static JobConfig prepared(LocalBroker broker, String coordination) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap", broker.bootstrap(),
                "--topic-prefix", PREFIX,
                "--create-topics", "true",
                "--idle-timeout", "0s",
                "--stores", "none"));
    LimitRuns.options(coordination)
        .forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), RateCountingJob.JOB);
    KafkaTopics.prepare(config.configuration(), RateCountingJob.JOB.topics());
    return config;
  }
}
