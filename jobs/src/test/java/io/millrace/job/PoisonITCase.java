package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.catalogue.JobCatalogue;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.fault.JobOracle;
import io.millrace.local.fault.JobOracle.Judgement;
import io.millrace.local.fault.Ledger;
import io.millrace.local.fault.LedgerFeed;
import io.millrace.local.fault.LedgerRecord;
import io.millrace.local.fault.RecordId;
import io.millrace.local.fault.TopicContents;
import io.millrace.local.fault.Trial;
import io.millrace.local.fault.Trials;
import io.millrace.schema.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each job is fed records of which one in a hundred, then every other, then every one is none of
 * its topic, and then some that are. It must run on without a restart, publish for the others what
 * a recount of them demands, and for each of these one dead letter with a reason, which is counted
 * where alerts look. Prints how many that were.
 */
class PoisonITCase {
  private static final List<Integer> PERCENT = List.of(1, 50, 100);
  private static final int OF_EACH = 2_000;
  private static final int RATE = 20_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .setConfiguration(reporting())
              .build());

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static TopicAdmin topics;

  private static Configuration reporting() {
    Configuration flink = new Configuration();
    METRICS.addToConfiguration(flink);
    return flink;
  }

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    topics = new TopicAdmin(broker.bootstrap());
  }

  @AfterAll
  static void stopBroker() {
    topics.close();
    broker.close();
  }

  static Set<String> jobs() {
    return Trials.jobs();
  }

  /** How much poison there is, by how many records were asked for. */
  private static final class Shares implements IntSupplier {
    private int asked;

    @Override
    public int getAsInt() {
      int share = PERCENT.get(Math.min(asked++ / OF_EACH, PERCENT.size() - 1));
      return share * Trials.POISON_OF / 100;
    }
  }

  /** Enters what Kafka has acknowledged; the recount comes later, and more than once. */
  private static final class Acknowledged implements JobOracle {
    private final List<LedgerRecord> records = new ArrayList<>();

    @Override
    public synchronized void acknowledged(LedgerRecord record) {
      records.add(record);
    }

    synchronized List<LedgerRecord> records() {
      return List.copyOf(records);
    }

    long poison() {
      return records().stream().filter(record -> record.event() == null).count();
    }

    @Override
    public void inInput(int partition, RecordId id, long at) {
      throw new UnsupportedOperationException("only what is fed is entered here");
    }

    @Override
    public void published(String topic, byte[] value) {
      throw new UnsupportedOperationException("only what is fed is entered here");
    }

    @Override
    public Judgement judge() {
      throw new UnsupportedOperationException("only what is fed is entered here");
    }
  }

  @ParameterizedTest
  @MethodSource("jobs")
  @SuppressWarnings("SystemOut") // The figures are for whoever runs this.
  void poison_ofOneInAHundredToEveryRecord_isDeadLettersAndHarmsNoOther(String name)
      throws Exception {
    JobDescription description = description(name);
    Trial trial = Trials.of(name, 1, new Shares()).orElseThrow();
    JobConfig config = config(description, trial);
    KafkaTopics.prepare(config.configuration(), description.topics());
    StreamExecutionEnvironment env =
        JobRuns.environment(config, 2, Map.of("restart-strategy.type", "none"));
    JobClient job = env.executeAsync(JobGraphs.built(env, config));
    Ledger ledger = new Ledger(trial.input().partitions());
    Acknowledged fed = new Acknowledged();
    try (LedgerFeed feed = new LedgerFeed(broker.bootstrap(), trial, ledger, fed)) {
      feed.feed(RATE, Duration.ofMillis(1_000L * OF_EACH * PERCENT.size() / RATE), () -> false);
      feed.finish();
    }

    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              assertThat(job.getJobStatus().get().isGloballyTerminalState()).isFalse();
              return judge(description, trial, ledger, fed).lost() == 0;
            });
    // What is not yet published is in the savepoint's checkpoint, so that nothing can follow.
    job.stopWithSavepoint(
            false, directory.resolve("savepoints").toUri().toString(), SavepointFormatType.NATIVE)
        .get();

    Judgement judged = judge(description, trial, ledger, fed);
    assertThat(judged.named()).isEmpty();
    assertThat(judged.isClean()).isTrue();
    assertThat(judged.deadLetters()).isEqualTo(fed.poison());
    assertShares(fed.records(), ledger.producers());
    long counted =
        METRICS.findMetrics(job.getJobID(), "numDeadLetters").values().stream()
            .mapToLong(counter -> ((Counter) counter).getCount())
            .sum();
    assertThat(counted).as("what an alert sees").isEqualTo(fed.poison());
    System.out.printf(
        Locale.ROOT,
        "%s: %,d records, %,d of them poison at %s %%: %,d dead letters %s, %,d rows as due%n",
        name,
        ledger.count(),
        fed.poison(),
        PERCENT,
        judged.deadLetters(),
        reasons(description),
        judged.published());
  }

  private static JobDescription description(String name) {
    return JobCatalogue.ALL.stream()
        .filter(job -> job.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static JobConfig config(JobDescription job, Trial trial) throws IOException {
    List<String> options =
        new ArrayList<>(List.of("--bootstrap", broker.bootstrap(), "--create-topics", "true"));
    if (!job.stores().isEmpty()) {
      options.addAll(List.of("--stores", "none"));
    }
    Map<String, String> settings = new TreeMap<>(trial.settings());
    settings.putAll(trial.place(directory.resolve(job.name())));
    settings.forEach((key, value) -> options.addAll(List.of("--" + key, value)));
    return JobConfig.parse(options.toArray(String[]::new), job);
  }

  /** Recounts what was fed, as it stands in its topic, and compares it with what is committed. */
  private static Judgement judge(JobDescription job, Trial trial, Ledger ledger, Acknowledged fed)
      throws Exception {
    JobOracle oracle = trial.oracle(ledger);
    fed.records().forEach(oracle::acknowledged);
    TopicContents.read(
        broker.bootstrap(),
        topics.ends(topics.partitions(List.of(trial.input().name()))),
        record ->
            oracle.inInput(
                record.partition(),
                RecordId.find(record.value()).orElseThrow(),
                record.timestamp()));
    TopicContents.read(
        broker.bootstrap(),
        topics.stableEnds(topics.partitions(job.outputs().stream().map(Topic::name).toList())),
        row -> oracle.published(row.topic(), row.value() == null ? new byte[0] : row.value()));
    return oracle.judge();
  }

  /** Of each part so many were poison as it was to have. */
  private static void assertShares(List<LedgerRecord> records, int producers) {
    long[] poison = new long[PERCENT.size()];
    for (LedgerRecord record : records) {
      int made = record.id().sequence() * producers + record.id().producer();
      if (record.event() == null && made < OF_EACH * PERCENT.size()) {
        poison[made / OF_EACH]++;
      }
    }
    for (int part = 0; part < poison.length; part++) {
      int percent = PERCENT.get(part);
      assertThat(poison[part] * 100.0 / OF_EACH)
          .as("percent of part %d", part)
          .isBetween(0.9 * percent - 0.85, 1.1 * percent + 2);
    }
    assertThat(poison[PERCENT.size() - 1]).isEqualTo(OF_EACH);
  }

  /** How many dead letters there are of each reason. */
  private static Map<String, Integer> reasons(JobDescription job) throws Exception {
    Map<String, Integer> reasons = new TreeMap<>();
    for (Topic<?> output : job.outputs()) {
      if (output.name().endsWith(".dlq")) {
        for (JsonNode letter : TopicReader.committed(broker.bootstrap(), output.name())) {
          reasons.merge(letter.get("reason").textValue(), 1, Integer::sum);
        }
      }
    }
    return reasons;
  }
}
