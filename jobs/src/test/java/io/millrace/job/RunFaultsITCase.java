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
import java.nio.file.Files;
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
import org.apache.flink.metrics.Gauge;
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
 * What may happen to a job while it runs, tried with each: it must go on without a restart, and
 * publish what a recount of what it was fed demands, with a dead letter for each record that is
 * none of its topic, counted where alerts look. Prints how many that were.
 */
@SuppressWarnings("try") // Ending a job may be interrupted.
class RunFaultsITCase {
  private static final List<Integer> PERCENT = List.of(1, 50, 100);
  private static final int OF_EACH = 2_000;
  private static final int RATE = 20_000;
  private static final int ADDED_PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final InMemoryReporter METRICS = InMemoryReporter.create();

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

  /** How much poison there is, by how many records were asked for; in the end none. */
  private static final class Shares implements IntSupplier {
    private int asked;

    @Override
    public int getAsInt() {
      int part = asked++ / OF_EACH;
      return part < PERCENT.size() ? PERCENT.get(part) * Trials.POISON_OF / 100 : 0;
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

  /** A job that runs, what it is fed, and what must come of it. */
  private static final class Running implements AutoCloseable {
    private final JobDescription description;
    private final Trial trial;
    private final Ledger ledger;
    private final Acknowledged fed = new Acknowledged();
    private final JobClient job;
    private final LedgerFeed feed;

    /** How many dead letters it had counted when it was stopped. */
    private long countedDeadLetters;

    /** Starts it. */
    Running(String name, IntSupplier poison) throws Exception {
      description = JobCatalogue.named(name);
      trial = Trials.of(name, 1, poison).orElseThrow();
      JobConfig config = config(description, trial);
      KafkaTopics.prepare(config.configuration(), description.topics());
      StreamExecutionEnvironment env =
          JobRuns.environment(
              config,
              2,
              Map.of(
                  "restart-strategy.type",
                  "none",
                  "execution.checkpointing.dir",
                  FullDisk.directory(directory.resolve("checkpoints")),
                  "execution.checkpointing.tolerable-failed-checkpoints",
                  "1000000"));
      job = env.executeAsync(JobGraphs.built(env, config));
      ledger = new Ledger(trial.input().partitions() + ADDED_PARTITIONS);
      feed = new LedgerFeed(broker.bootstrap(), trial, ledger, fed);
    }

    void feed(int records) throws Exception {
      feed.feed(RATE, Duration.ofMillis(1_000L * records / RATE), () -> false);
    }

    long failedCheckpoints() throws Exception {
      requireRunning();
      return METRICS.findMetrics(job.getJobID(), "numberOfFailedCheckpoints").values().stream()
          .mapToLong(gauge -> ((Number) ((Gauge<?>) gauge).getValue()).longValue())
          .sum();
    }

    private void requireRunning() throws Exception {
      assertThat(job.getJobStatus().get().isGloballyTerminalState()).isFalse();
    }

    boolean reads(int partition) throws Exception {
      requireRunning();
      String name = trial.input().name() + ".partition." + partition + ".currentOffset";
      return !METRICS.findMetrics(job.getJobID(), name).isEmpty();
    }

    /** Ends the feed, waits until all is published, stops the job and judges. */
    Judgement finished() throws Exception {
      feed.finish();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                requireRunning();
                return judge(description, trial, ledger, fed).lost() == 0;
              });
      countedDeadLetters =
          METRICS.findMetrics(job.getJobID(), "numDeadLetters").values().stream()
              .mapToLong(counter -> ((Counter) counter).getCount())
              .sum();
      // What is not yet published is in the savepoint's checkpoint, so that nothing can follow.
      job.stopWithSavepoint(
              false, directory.resolve("savepoints").toUri().toString(), SavepointFormatType.NATIVE)
          .get();
      Judgement judged = judge(description, trial, ledger, fed);
      assertThat(judged.named()).isEmpty();
      assertThat(judged.isClean()).isTrue();
      assertThat(judged.deadLetters()).isEqualTo(fed.poison());
      return judged;
    }

    /** Ends the job, however it stands, and deletes its topics, so that another finds new ones. */
    @Override
    public void close() throws Exception {
      feed.close();
      if (!job.getJobStatus().get().isGloballyTerminalState()) {
        job.cancel().get();
      }
      TopicAdmin.delete(
          broker.bootstrap(), description.topics().stream().map(Topic::name).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("jobs")
  @SuppressWarnings("SystemOut") // The figures are for whoever runs this.
  void poison_thenADiskThatIsFull_thenAddedPartitions_costNoRecord(String name) throws Exception {
    try (Running running = new Running(name, new Shares())) {
      int before = running.trial.input().partitions();
      int after = before + ADDED_PARTITIONS;
      running.feed.feedFirst(before);
      running.feed(OF_EACH * PERCENT.size());

      FullDisk.fill(true);
      long failed = running.failedCheckpoints();
      running.feed(OF_EACH);
      await().atMost(PATIENCE).until(() -> running.failedCheckpoints() >= failed + 2);
      FullDisk.fill(false);

      topics.addPartitions(running.trial.input().name(), after);
      await().atMost(PATIENCE).until(() -> running.reads(after - 1));
      running.feed.feedFirst(after);
      running.feed(OF_EACH);
      Judgement judged = running.finished();

      Acknowledged fed = running.fed;
      assertShares(fed.records(), before);
      assertThat(running.countedDeadLetters).as("what an alert sees").isEqualTo(fed.poison());
      for (int partition = before; partition < after; partition++) {
        assertThat(running.ledger.count(partition)).isGreaterThanOrEqualTo(OF_EACH / after);
      }
      System.out.printf(
          Locale.ROOT,
          "%s: %,d records, %,d of them poison at %s %%: %,d dead letters %s, %,d rows as due%n",
          name,
          running.ledger.count(),
          fed.poison(),
          PERCENT,
          judged.deadLetters(),
          reasons(running.description),
          judged.published());
    } finally {
      FullDisk.fill(false);
    }
  }

  private static JobConfig config(JobDescription job, Trial trial) throws IOException {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--bootstrap",
                broker.bootstrap(),
                "--create-topics",
                "true",
                "--kafka.partition.discovery.interval.ms",
                "500"));
    if (!job.stores().isEmpty()) {
      options.addAll(List.of("--stores", "none"));
    }
    Map<String, String> settings = new TreeMap<>(trial.settings());
    settings.putAll(trial.place(Files.createTempDirectory(directory, job.name())));
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
