package io.millrace.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connector.kafka.KafkaOptions.LostTransactions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.internal.FlinkKafkaInternalProducer;
import org.apache.flink.connector.kafka.sink.internal.KafkaCommitter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of prepared transactions that come back after a restart. */
@SuppressWarnings("try") // What close() throws is the interface's.
class TransactionCommitterITCase {
  private static final String TOPIC = "results";
  private static final long PREPARED_AT = 1_769_851_800_000L;

  @TempDir static Path directory;

  private static TestBroker broker;

  private final Counter lost = new SimpleCounter();

  @BeforeAll
  static void start() throws Exception {
    broker = TestBroker.start(directory);
    broker
        .admin()
        .createTopics(
            List.of(new NewTopic(TOPIC, 4, (short) 1), new NewTopic("web.requests", 4, (short) 1)))
        .all()
        .get();
    broker
        .admin()
        .alterConsumerGroupOffsets(
            "job", Map.of(new TopicPartition("web.requests", 1), new OffsetAndMetadata(90)))
        .all()
        .get();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void commit_open_isCommitted() throws Exception {
    Request open = prepared("open-0-17", "opened", 60_000);

    commit(LostTransactions.FAIL, open);

    assertThat(open.signals).isEmpty();
    assertThat(visible()).contains("opened");
  }

  @Test
  void commit_committedBeforeTheCrash_isNoLoss() throws Exception {
    Request committed = prepared("committed-0-17", "once", 60_000);
    try (FlinkKafkaInternalProducer<byte[], byte[]> producer = producer("committed-0-17", 60_000)) {
      KafkaCommittable kafka = committed.transaction.kafka();
      producer.resumeTransaction(kafka.getProducerId(), kafka.getEpoch());
      producer.commitTransaction();
    }
    // A writer commits with the newer protocol, which raises the epoch; so does this one.
    Request raised = committedByItsWriter("raised-0-17");

    commit(LostTransactions.FAIL, committed, raised);

    assertThat(committed.signals).isEmpty();
    assertThat(raised.signals)
        .as("the connector takes it for fenced, and Kafka says that it is committed")
        .containsExactly("already committed");
    assertThat(lost.getCount()).isZero();
    assertThat(visible()).containsOnlyOnce("once");
  }

  @Test
  void commit_committedTwiceByRestarts_isNoLoss() throws Exception {
    Request first = prepared("twice-0-17", "twice first", 60_000);
    Request second = prepared("twice-0-18", "twice second", 60_000);
    commit(LostTransactions.FAIL, first, second);
    assertThat(state("twice-0-18"))
        .as("a client that learns of the newer protocol takes a new epoch after its commit")
        .isEqualTo(TransactionState.EMPTY);

    commit(LostTransactions.FAIL, first, second);

    assertThat(second.signals).containsExactly("already committed");
    assertThat(lost.getCount()).isZero();
    assertThat(visible()).containsOnlyOnce("twice first").containsOnlyOnce("twice second");
  }

  @Test
  void commit_abortedByItsTimeout_failsWithAllThatIsKnown() throws Exception {
    Request late = prepared("late-0-17", "too late", 1_000);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> state("late-0-17") == TransactionState.COMPLETE_ABORT);

    assertThatThrownBy(() -> commit(LostTransactions.FAIL, late))
        .isInstanceOf(LostTransactionException.class)
        .hasMessageContaining("Sink: results-sink.")
        .hasMessageContaining("Topic: results.")
        .hasMessageContaining("id: late-0-17, of the first complete checkpoint after 16")
        .hasMessageContaining("with 3 rows, prepared at 2026-01-31T09:30:00Z")
        .hasMessageContaining("Kafka has aborted it (state CompleteAbort")
        .hasMessageContaining("records of consumer group job from web.requests-1:70 on")
        .hasMessageContaining("stands at web.requests-1:90, which may be before their end")
        .hasMessageContaining("with --lost-transactions accept")
        .hasMessageContaining("jobs/docs/runbook.md, \"Lost and lingering transactions\"");
    assertThat(lost.getCount()).isEqualTo(1);
  }

  @Test
  void commit_idTakenByAnother_failsAfterEverythingElseIsCommitted() throws Exception {
    Request fenced = prepared("fenced-0-17", "fenced", 60_000);
    Request other = prepared("other-0-17", "not fenced", 60_000);
    try (FlinkKafkaInternalProducer<byte[], byte[]> another = producer("fenced-0-17", 60_000)) {
      another.initTransactions();
    }

    assertThatThrownBy(() -> commit(LostTransactions.FAIL, fenced, other))
        .isInstanceOf(LostTransactionException.class)
        .hasMessageContaining("fenced-0-17")
        .hasMessageContaining("another producer has taken its id (state Empty")
        .hasMessageNotContaining("other-0-17");
    assertThat(other.signals).isEmpty();
    assertThat(visible()).contains("not fenced").doesNotContain("fenced");
  }

  @Test
  void commit_idThatNeverWas_fails() {
    Request unknown =
        new Request(transaction(new KafkaCommittable(4711, (short) 0, "never-0-17", null)));

    assertThatThrownBy(() -> commit(LostTransactions.FAIL, unknown))
        .isInstanceOf(LostTransactionException.class)
        .hasMessageContaining("never-0-17")
        .hasMessageContaining("Kafka does not know the id, or no longer");
  }

  @Test
  void commit_lostAndAccepted_isCountedAndDropped() throws Exception {
    Request unknown =
        new Request(transaction(new KafkaCommittable(4711, (short) 0, "never-0-18", null)));

    commit(LostTransactions.ACCEPT, unknown);

    assertThat(unknown.signals).containsExactly("failed with known reason");
    assertThat(lost.getCount()).isEqualTo(1);
  }

  @Test
  void commit_refusedThoughStillOpen_isTriedAgain() throws Exception {
    Request open = prepared("still-open-0-17", "patient", 60_000);
    try (TransactionCommitter committer =
        new TransactionCommitter(
            new Refusing(), sink(LostTransactions.ACCEPT, broker.bootstrap()), lost)) {
      committer.commit(List.of(open));
    }

    assertThat(open.signals).containsExactly("failed with unknown reason");
    commit(LostTransactions.FAIL, open);
    assertThat(visible()).contains("patient");
  }

  @Test
  void commit_kafkaDoesNotAnswer_isTriedAgainAndNeverDropped() throws Exception {
    Request request =
        new Request(transaction(new KafkaCommittable(1, (short) 0, "away-0-17", null)));
    try (TransactionCommitter committer =
        new TransactionCommitter(
            new Refusing(), sink(LostTransactions.ACCEPT, "127.0.0.1:9"), lost)) {
      committer.commit(List.of(request));
    }

    assertThat(request.signals).containsExactly("failed with unknown reason");
    assertThat(lost.getCount()).isZero();
  }

  private void commit(LostTransactions choice, Request... requests) throws Exception {
    try (TransactionCommitter committer =
        new TransactionCommitter(
            new KafkaCommitter(
                producerProperties(60_000),
                requests[0].transaction.kafka().getTransactionalId(),
                0,
                0,
                false,
                FlinkKafkaInternalProducer::new),
            sink(choice, broker.bootstrap()),
            lost)) {
      committer.commit(List.of(requests));
    }
  }

  private static TransactionalSink sink(LostTransactions choice, String bootstrap) {
    Configuration config =
        broker.config(
            "job",
            "",
            Map.of("kafka.default.api.timeout.ms", "2000", "kafka.request.timeout.ms", "2000"));
    config.set(KafkaOptions.BOOTSTRAP, bootstrap);
    return new TransactionalSink(
        KafkaSink.<KafkaRow>builder()
            .setBootstrapServers(bootstrap)
            .setRecordSerializer(new RowSerializer(TOPIC))
            .build(),
        "results-sink",
        TOPIC,
        "job-results",
        "job",
        choice,
        KafkaOptions.adminProperties(config));
  }

  private static TransactionState state(String id) throws Exception {
    return broker.admin().describeTransactions(List.of(id)).description(id).get().state();
  }

  /** A transaction with one row, as it comes back from a checkpoint: without its producer. */
  private static Request prepared(String id, String value, int timeoutMillis) throws Exception {
    try (FlinkKafkaInternalProducer<byte[], byte[]> producer = producer(id, timeoutMillis)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(TOPIC, 0, null, value.getBytes(UTF_8))).get();
      producer.flush();
      return request(producer, id);
    }
  }

  private static Request committedByItsWriter(String id) throws Exception {
    try (FlinkKafkaInternalProducer<byte[], byte[]> producer = producer(id, 60_000)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(TOPIC, 0, null, id.getBytes(UTF_8))).get();
      producer.flush();
      Request request = request(producer, id);
      producer.commitTransaction();
      return request;
    }
  }

  private static Request request(FlinkKafkaInternalProducer<?, ?> producer, String id) {
    return new Request(
        transaction(new KafkaCommittable(producer.getProducerId(), producer.getEpoch(), id, null)));
  }

  private static PreparedTransaction transaction(KafkaCommittable kafka) {
    return new PreparedTransaction(
        kafka, 3, PREPARED_AT, Map.of(new TopicPartition("web.requests", 1), 70L));
  }

  private static FlinkKafkaInternalProducer<byte[], byte[]> producer(String id, int timeout) {
    return new FlinkKafkaInternalProducer<>(producerProperties(timeout), id);
  }

  private static Properties producerProperties(int timeoutMillis) {
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", broker.bootstrap());
    properties.setProperty("transaction.timeout.ms", String.valueOf(timeoutMillis));
    properties.setProperty("key.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("value.serializer", ByteArraySerializer.class.getName());
    return properties;
  }

  private static List<String> visible() {
    return broker.committed(TOPIC).stream()
        .map(record -> new String(record.value(), UTF_8))
        .toList();
  }

  /** Gives every transaction up, as the connector does with one that it takes for fenced. */
  private static final class Refusing implements Committer<KafkaCommittable> {
    @Override
    public void commit(Collection<CommitRequest<KafkaCommittable>> requests) {
      requests.forEach(
          request -> request.signalFailedWithKnownReason(new ProducerFencedException("refused")));
    }

    @Override
    public void close() {}
  }

  /** Notes what the committer says about a transaction. */
  private static final class Request implements Committer.CommitRequest<PreparedTransaction> {
    final List<String> signals = new ArrayList<>();
    private final PreparedTransaction transaction;

    Request(PreparedTransaction transaction) {
      this.transaction = transaction;
    }

    @Override
    public PreparedTransaction getCommittable() {
      return transaction;
    }

    @Override
    public int getNumberOfRetries() {
      return 0;
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      signals.add("failed with known reason");
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      signals.add("failed with unknown reason");
    }

    @Override
    public void retryLater() {
      signals.add("retry");
    }

    @Override
    public void updateAndRetryLater(PreparedTransaction changed) {
      signals.add("retry");
    }

    @Override
    public void signalAlreadyCommitted() {
      signals.add("already committed");
    }
  }
}
