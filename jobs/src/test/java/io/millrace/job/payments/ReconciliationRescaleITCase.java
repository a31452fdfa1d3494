package io.millrace.job.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.payments.FeeAgreed;
import io.millrace.schema.payments.LedgerEntryRecorded;
import io.millrace.schema.payments.MatchRuleSet;
import io.millrace.schema.payments.RateQuoted;
import io.millrace.schema.payments.ResolutionMade;
import io.millrace.schema.payments.ResolutionMade.Action;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Goes back to an old savepoint, and changes parallelism, in the middle of a history. */
class ReconciliationRescaleITCase {
  private static final String PREFIX = "rescale.";
  private static final Pattern NEAR = Pattern.compile(" tolerance \\[[a-z]+-([0-9]+),");
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static final long CLOSING =
      LedgerHistory.START + 14 * LedgerHistory.DAY + LedgerHistory.DISORDER + 1;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  @TempDir private Path directory;

  @Test
  void restoreFromAnOldSavepoint_1to4to2_everyDecisionIsThatOfTheOracle() throws Exception {
    LedgerHistory history = new LedgerHistory(11, 400);
    List<String> expected = inWindowsThatHavePassed(CommittedBooks.decided(history.expected));
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      JobConfig config = prepared(broker);
      List<ProducerRecord<byte[], byte[]>> records = history.records(PREFIX);
      int third = records.size() / 3;

      JobClient first = JobRuns.start(config, ReconciliationJob::build, 1, Map.of());
      JobRuns.produce(broker.bootstrap(), records.subList(0, third));
      JobRuns.produce(broker.bootstrap(), ofNoAccount());
      awaitMatches(broker, 1);
      String old = first.triggerSavepoint(savepoints(), SavepointFormatType.CANONICAL).get();
      int atSavepoint = matches(broker);
      JobRuns.produce(broker.bootstrap(), records.subList(third, 2 * third));
      awaitMatches(broker, atSavepoint + 20);
      first.cancel().get();

      JobClient second = JobRuns.start(config, ReconciliationJob::build, 4, from(old));
      JobRuns.produce(broker.bootstrap(), ofNoAccount());
      awaitMatches(broker, matches(broker) + 20);
      String next = second.stopWithSavepoint(false, savepoints(), SavepointFormatType.NATIVE).get();

      JobClient last = JobRuns.start(config, ReconciliationJob::build, 2, from(next));
      JobRuns.produce(broker.bootstrap(), ofNoAccount());
      JobRuns.produce(broker.bootstrap(), records.subList(2 * third, records.size()));
      JobRuns.produce(broker.bootstrap(), closing());
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(
                          inWindowsThatHavePassed(
                              CommittedBooks.readAfterGoingBack(broker.bootstrap(), PREFIX)
                                  .decided()))
                      .isEqualTo(expected));
      last.cancel().get();
      assertThat(TopicReader.committed(broker.bootstrap(), PREFIX + "reconciliation.late"))
          .isEmpty();
      assertThat(expected).hasSizeGreaterThan(500);
    }
  }

  /** Without what only the end of the input would decide: near matches of the last minute. */
  private static List<String> inWindowsThatHavePassed(List<String> lines) {
    return lines.stream()
        .filter(
            line -> {
              Matcher near = NEAR.matcher(line);
              return !near.find()
                  || Integer.parseInt(near.group(1)) % LedgerHistory.RECENT_ONE_OF != 0;
            })
        .toList();
  }

  /**
   * Rules, decisions, rates and fees that are of no account, in each partition: a job that was
   * restored knows how far a partition is by what comes from it.
   */
  private static List<ProducerRecord<byte[], byte[]>> ofNoAccount() {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      records.add(
          record(
              Topics.RECON_RULES,
              new MatchRuleSet("later", 1, CLOSING, "nobody", "noone", null, null, null),
              partition));
      records.add(
          record(
              Topics.RECON_RESOLUTIONS,
              new ResolutionMade(
                  "later", CLOSING, Action.DISPUTE, List.of("none"), null, null, null),
              partition));
      records.add(record(Topics.RECON_RATES, new RateQuoted("EUR/USD", CLOSING, 1), partition));
      records.add(
          record(
              Topics.RECON_FEES,
              new FeeAgreed("later", CLOSING, "nobody", "EUR", 1.0, null),
              partition));
    }
    return records;
  }

  private static <T extends Record> ProducerRecord<byte[], byte[]> record(
      Topic<T> topic, T value, int partition) {
    return new ProducerRecord<>(
        PREFIX + topic.name(), partition, new byte[] {1}, topic.codec().encode(value));
  }

  /** An entry of no rule in each partition, after which every entry before is in order. */
  private static List<ProducerRecord<byte[], byte[]>> closing() {
    List<ProducerRecord<byte[], byte[]>> closing = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      closing.add(
          record(
              Topics.RECON_ENTRIES,
              new LedgerEntryRecorded(
                  "closing-" + partition, "clock", null, CLOSING, null, 1, "EUR", null, null),
              partition));
    }
    return closing;
  }

  private static void awaitMatches(LocalBroker broker, int atLeast) {
    await().atMost(LIMIT).until(() -> matches(broker) >= atLeast);
  }

  private static int matches(LocalBroker broker) throws Exception {
    return TopicReader.committed(broker.bootstrap(), PREFIX + "reconciliation.matches").size();
  }

  private static Map<String, String> from(String savepoint) {
    return Map.of("execution.state-recovery.path", savepoint);
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

  private String savepoints() {
    return directory.resolve("savepoints").toUri().toString();
  }
}
