package io.millrace.job.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.RescaleRun;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import java.util.List;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Goes back to an old savepoint, and changes parallelism, in the middle of a history. */
class ReconciliationRescaleITCase extends RescaleRun {
  @Test
  void restoreFromAnOldSavepoint_1to4to2_everyDecisionIsThatOfTheOracle() throws Exception {
    LedgerHistory history = new LedgerHistory(11, 400);
    List<String> expected =
        LedgerHistory.inWindowsThatHavePassed(CommittedBooks.decided(history.expected));
    try (LocalBroker broker = broker()) {
      JobConfig config = prepared(broker);
      List<ProducerRecord<byte[], byte[]>> records = history.records(PREFIX);
      int third = records.size() / 3;

      JobClient first = start(config, ReconciliationJob::build, 1, "");
      JobRuns.produce(broker.bootstrap(), records.subList(0, third));
      JobRuns.produce(broker.bootstrap(), LedgerHistory.ofNoAccount(PREFIX));
      awaitMatches(broker, 1);
      String old = first.triggerSavepoint(savepoints(), SavepointFormatType.CANONICAL).get();
      int atSavepoint = matches(broker);
      JobRuns.produce(broker.bootstrap(), records.subList(third, 2 * third));
      awaitMatches(broker, atSavepoint + 20);
      first.cancel().get();

      JobClient second = start(config, ReconciliationJob::build, 4, old);
      JobRuns.produce(broker.bootstrap(), LedgerHistory.ofNoAccount(PREFIX));
      awaitMatches(broker, matches(broker) + 20);
      String next = stop(second);

      JobClient last = start(config, ReconciliationJob::build, 2, next);
      JobRuns.produce(broker.bootstrap(), LedgerHistory.ofNoAccount(PREFIX));
      JobRuns.produce(broker.bootstrap(), records.subList(2 * third, records.size()));
      JobRuns.produce(broker.bootstrap(), LedgerHistory.closing(PREFIX));
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(
                          LedgerHistory.inWindowsThatHavePassed(
                              CommittedBooks.readAfterGoingBack(broker.bootstrap(), PREFIX)
                                  .decided()))
                      .isEqualTo(expected));
      last.cancel().get();
      assertThat(expected).hasSizeGreaterThan(500);
    }
  }

  private static void awaitMatches(LocalBroker broker, int atLeast) {
    await().atMost(LIMIT).until(() -> matches(broker) >= atLeast);
  }

  private static int matches(LocalBroker broker) throws Exception {
    return TopicReader.committed(broker.bootstrap(), PREFIX + "reconciliation.matches").size();
  }

  private static JobConfig prepared(LocalBroker broker) throws Exception {
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--topic-prefix",
              PREFIX,
              "--create-topics",
              "true",
              "--idle-timeout",
              "0s",
              "--order",
              "event-time",
              "--max-out-of-orderness",
              LedgerHistory.DISORDER + "ms",
              "--stores",
              "none"
            },
            ReconciliationJob.JOB);
    KafkaTopics.prepare(config.configuration(), ReconciliationJob.JOB.topics());
    return config;
  }
}
