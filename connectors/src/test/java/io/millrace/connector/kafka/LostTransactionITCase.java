package io.millrace.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.connector.kafka.KafkaOptions.LostTransactions;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.web.RequestServed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A job whose prepared transaction is aborted behind its back. */
class LostTransactionITCase {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String IN = "loss.web.requests";
  private static final String OUT = "loss.heavy-hitters.late";

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir static Path directory;

  private static TestBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = TestBroker.start(directory.resolve("kafka"));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void lostTransaction_failsTheJobOnceUntilItIsAccepted() throws Exception {
    KafkaTopics.prepare(
        config(LostTransactions.FAIL), List.of(Topics.WEB_REQUESTS, Topics.HEAVY_HITTERS_LATE));
    JobClient first = job(LostTransactions.FAIL, null);
    produce("kept");
    await(() -> visible().equals(List.of(row("kept"))) && groupOffset() == 1);
    // The sink asks at each checkpoint where the group stands, and notes what it knows by the next.
    int asked = AbortPrepared.CHECKPOINTS.get();
    await(() -> AbortPrepared.CHECKPOINTS.get() > asked + 5);
    AbortPrepared.ARMED.set(true);
    produce("lost");

    LostTransactionException loss = loss(first);

    assertThat(first.getJobStatus().get()).isEqualTo(JobStatus.FAILED);
    assertThat(AbortPrepared.STARTS).as("the job is not restarted").hasValue(1);
    assertThat(loss)
        .hasMessageContaining("Sink: lossy-sink. Topic: " + OUT)
        .hasMessageContaining("id: loss.lossy-heavy-hitters.late-0-")
        .hasMessageContaining("with 1 rows, prepared at 20")
        .hasMessageContaining("consumer group loss.lossy from " + IN + "-0:1 on; the group stands")
        .hasMessageContaining("--lost-transactions accept");
    String id = String.valueOf(loss.getMessage()).replaceFirst(".* id: (\\S+), .*", "$1");

    // The checkpoint still holds the transaction, so nobody gets past it unnoticed.
    LostTransactionException again = loss(job(LostTransactions.FAIL, lastCheckpoint()));
    assertThat(again).hasMessageContaining("id: " + id + ", ").hasMessageContaining("with 1 rows");
    assertThat(AbortPrepared.STARTS).hasValue(1);

    JobClient accepting = job(LostTransactions.ACCEPT, lastCheckpoint());
    produce("next");
    await(() -> visible().equals(List.of(row("kept"), row("next"))));
    assertThat(accepting.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
    accepting.cancel().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static LostTransactionException loss(JobClient job) {
    Throwable thrown =
        catchThrowable(
            () -> job.getJobExecutionResult().get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    return ExceptionUtils.findThrowable(thrown, LostTransactionException.class)
        .orElseThrow(() -> new AssertionError("the job ended otherwise", thrown));
  }

  private static JobClient job(LostTransactions choice, @Nullable String checkpoint)
      throws Exception {
    Configuration flink = new Configuration();
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
    flink.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.resolve("state").toUri().toString());
    flink.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    if (checkpoint != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(1);
    Configuration config = config(choice);
    SingleOutputStreamOperator<KafkaRow> rows =
        env.fromSource(
                KafkaEvents.source(config, Topics.WEB_REQUESTS),
                KafkaEvents.watermarks(config, Topics.WEB_REQUESTS),
                "requests")
            .uid("requests")
            .transform("split", TypeInformation.of(RequestServed.class), new SplitDecoded<>())
            .uid("split")
            .map(new AbortPrepared(broker.bootstrap()))
            .uid("abort-prepared")
            .process(KafkaEvents.encoder(config, Topics.HEAVY_HITTERS_LATE))
            .returns(KafkaRow.class)
            .uid("encode");
    KafkaEvents.write(rows, config, Topics.HEAVY_HITTERS_LATE, "lossy-sink");
    return env.executeAsync("lossy");
  }

  private static Configuration config(LostTransactions choice) {
    return broker.config("lossy", "loss.", Map.of("lost-transactions", choice.toString()));
  }

  private static String lastCheckpoint() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
      return files
          .filter(file -> Files.exists(file.resolve("_metadata")))
          .max(Comparator.comparing(file -> file.toFile().lastModified()))
          .orElseThrow()
          .toUri()
          .toString();
    }
  }

  private static void produce(String client) throws Exception {
    broker.produce(IN, 0, "{\"at\":1769851800000,\"client\":\"" + client + "\",\"path\":\"/\"}");
  }

  private static String row(String client) {
    return "{\"client\":\"" + client + "\"}";
  }

  private static List<String> visible() throws Exception {
    List<String> rows = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : broker.committed(OUT)) {
      rows.add(JsonCodec.of(LateArrived.class).decode(record.value()).record());
    }
    Collections.sort(rows); // They are in several partitions.
    return rows;
  }

  private static long groupOffset() throws Exception {
    OffsetAndMetadata offset =
        broker
            .admin()
            .listConsumerGroupOffsets("loss.lossy")
            .partitionsToOffsetAndMetadata()
            .get()
            .get(new TopicPartition(IN, 0));
    return offset == null ? 0 : offset.offset();
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(condition);
  }

  /**
   * Aborts, once it is armed, the transaction that a checkpoint has just prepared: the state of
   * this operator is taken after the sink has prepared its transaction, and before it is committed.
   */
  private static final class AbortPrepared extends RichMapFunction<RequestServed, LateArrived>
      implements CheckpointedFunction {
    static final AtomicBoolean ARMED = new AtomicBoolean();
    static final AtomicInteger STARTS = new AtomicInteger();
    static final AtomicInteger CHECKPOINTS = new AtomicInteger();

    private static final long serialVersionUID = 1L;

    private final String bootstrap;

    AbortPrepared(String bootstrap) {
      this.bootstrap = bootstrap;
    }

    @Override
    public void open(OpenContext context) {
      STARTS.incrementAndGet();
    }

    @Override
    public LateArrived map(RequestServed request) {
      return new LateArrived("web.requests", request.at(), 0, row(request.client()));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      CHECKPOINTS.incrementAndGet();
      if (!ARMED.get()) {
        return;
      }
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
        List<String> open =
            admin
                .listTransactions(
                    new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING)))
                .all()
                .get()
                .stream()
                .map(TransactionListing::transactionalId)
                .toList();
        if (!open.isEmpty()) {
          admin.fenceProducers(open).all().get();
          ARMED.set(false);
        }
      }
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {}
  }
}
