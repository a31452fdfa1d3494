package io.millrace.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.web.RequestServed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Either;
import org.apache.flink.util.Collector;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.function.SerializableFunction;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class KafkaEventsITCase {
  private static final long NOW = System.currentTimeMillis();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
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
  void relay_awkwardRecords_eachComesOutOnceAsValueOrDeadLetter() throws Exception {
    Configuration in = broker.config("awkward", "awkward.", Map.of("bounded", "true"));
    Configuration out = broker.config("awkward", "awkward.out.", Map.of());
    createTopics(in, out);
    String topic = "awkward.web.requests";
    byte[] largeKey = new byte[1 << 20];

    broker.produce(topic, 0, request("first"));
    broker.produce(topic, 0, new byte[] {1}, null);
    broker.produce(topic, 0, null, new byte[] {'{', (byte) 0xFF, '}'});
    broker.produce(topic, 0, "{\"a\":".repeat(5000));
    broker.produce(topic, 1, request("x").replace("\"x\"", "7"));
    broker.produce(topic, 1, request("x").replace("" + NOW, "" + NOW / 1000));
    broker.produce(topic, 1, request("x").replace("" + NOW, "253402300799000"));
    broker.produce(topic, 2, largeKey, request("large key").getBytes(UTF_8));
    broker.produce(topic, 2, largeKey, "{".getBytes(UTF_8));
    broker.produce(topic, 3, request("last"));
    try (KafkaProducer<byte[], byte[]> producer =
        broker.producer(Map.of("transactional.id", "aborting"))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, 3, null, request("aborted").getBytes(UTF_8))).get();
      producer.abortTransaction();
    }

    relay(environment(), in, out).execute("awkward").getJobExecutionResult().get();

    assertThat(clients("awkward.out.web.requests"))
        .containsExactlyInAnyOrder("first", "large key", "last");
    List<DeadLettered> letters = values("awkward.out.web.requests.dlq", DeadLettered.class);
    assertThat(letters)
        .extracting(DeadLettered::reason)
        .containsExactlyInAnyOrder(
            "empty", "not-utf8", "too-deep", "wrong-type", "too-old", "too-far-ahead", "truncated");
    assertThat(letters)
        .filteredOn(letter -> letter.reason().equals("truncated"))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.topic()).isEqualTo(topic);
              assertThat(letter.partition()).isEqualTo(2);
              assertThat(letter.offset()).isEqualTo(1);
              assertThat(letter.keyBytes()).isEqualTo(1 << 20);
              assertThat(letter.truncated()).isTrue();
            });
    assertThat(broker.committed("awkward.out.web.requests"))
        .as("the key is the client's text")
        .allSatisfy(
            record ->
                assertThat(new String(record.key(), UTF_8))
                    .isEqualTo(decoded(record, RequestServed.class).client()));
  }

  @Test
  void relay_floodOfPoisonBeforeTheValues_eachIsALetterOnce() throws Exception {
    int poison = 200_000;
    Configuration in = broker.config("flood", "flood.", Map.of("bounded", "true"));
    Configuration out = broker.config("flood", "flood.out.", Map.of());
    createTopics(in, out);
    String topic = "flood.web.requests";
    try (KafkaProducer<byte[], byte[]> producer = broker.producer(Map.of("linger.ms", 20))) {
      for (int i = 0; i < poison; i++) {
        // Closing the producer sends them.
        var unused =
            producer.send(new ProducerRecord<>(topic, i % 4, null, ("{" + i).getBytes(UTF_8)));
      }
    }
    List<String> expected = new ArrayList<>();
    produceClients(topic, 0, 400, expected);

    relay(environment(), in, out).execute("flood").getJobExecutionResult().get();

    assertThat(clients("flood.out.web.requests")).containsExactlyInAnyOrderElementsOf(expected);
    List<DeadLettered> letters = values("flood.out.web.requests.dlq", DeadLettered.class);
    assertThat(letters).hasSize(poison);
    assertThat(letters.stream().map(letter -> letter.partition() + "/" + letter.offset()))
        .doesNotHaveDuplicates();
  }

  @Test
  void relay_deadLettersThatCannotBeWritten_holdTheJobBackAndNothingIsLost() throws Exception {
    Configuration in = broker.config("full", "full.", Map.of("bounded", "true"));
    Configuration out = broker.config("full", "full.out.", Map.of());
    createTopics(in, out);
    String topic = "full.web.requests";
    broker.produce(topic, 0, "{" + incompressible(5_000));
    List<String> expected = new ArrayList<>();
    produceClients(topic, 0, 100, expected);
    // Room for the marks of transactions, and for no letter.
    setMaxMessageBytes("full.out.web.requests.dlq", 1_000);

    StreamExecutionEnvironment env = environment();
    env.configure(
        new Configuration()
            .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000)
            .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofSeconds(1)));
    JobClient job = relay(env, in, out).execute("full");
    await(() -> job.getJobStatus().get() == JobStatus.RESTARTING);
    assertThat(broker.committed("full.out.web.requests.dlq")).isEmpty();

    setMaxMessageBytes("full.out.web.requests.dlq", 1 << 20);
    job.getJobExecutionResult().get();

    assertThat(clients("full.out.web.requests")).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(values("full.out.web.requests.dlq", DeadLettered.class)).hasSize(1);
  }

  private static void setMaxMessageBytes(String topic, int bytes) throws Exception {
    broker
        .admin()
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry("max.message.bytes", String.valueOf(bytes)),
                        AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }

  @Test
  void relay_batchesThatExpandAThousandTimes_areReadWithinTheirCaps() throws Exception {
    Configuration in = broker.config("expand", "expand.", Map.of("bounded", "true"));
    Configuration out = broker.config("expand", "expand.out.", Map.of());
    createTopics(in, out);
    String topic = "expand.web.requests";
    String blanks = " ".repeat(8 << 20);
    try (KafkaProducer<byte[], byte[]> producer =
        broker.producer(
            Map.of(
                "compression.type", "gzip",
                "max.request.size", 64 << 20,
                "buffer.memory", 128L << 20))) {
      for (int i = 0; i < 5; i++) {
        byte[] value = (blanks + request("client " + i)).getBytes(UTF_8);
        producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
        byte[] broken = (blanks + "{").getBytes(UTF_8);
        producer.send(new ProducerRecord<>(topic, 1, null, broken)).get();
      }
      byte[] beyond = (blanks + blanks + blanks + request("beyond")).getBytes(UTF_8);
      producer.send(new ProducerRecord<>(topic, 2, null, beyond)).get();
    }

    relay(environment(), in, out).execute("expand").getJobExecutionResult().get();

    assertThat(clients("expand.out.web.requests"))
        .containsExactlyInAnyOrder("client 0", "client 1", "client 2", "client 3", "client 4");
    List<DeadLettered> letters = values("expand.out.web.requests.dlq", DeadLettered.class);
    assertThat(letters).hasSize(6);
    assertThat(letters).filteredOn(letter -> letter.reason().equals("too-large")).hasSize(1);
    assertThat(letters).allSatisfy(letter -> assertThat(letter.truncated()).isTrue());
  }

  @Test
  void source_someFields_refusesWhatIsRefusedOfTheWhole() throws Exception {
    Configuration in = broker.config("fields", "fields.", Map.of("bounded", "true"));
    createTopics(in, in);
    String topic = "fields.web.requests";
    broker.produce(topic, 0, request("first"));
    broker.produce(topic, 0, request("x").replace("\"x\"", "7"));
    broker.produce(topic, 1, request("x").replace("" + NOW, "" + NOW / 1000));
    broker.produce(topic, 2, "{\"at\":");
    broker.produce(topic, 3, request("last \\u00e9"));

    List<String> whole =
        collected(
            environment()
                .fromSource(
                    KafkaEvents.source(in, Topics.WEB_REQUESTS),
                    KafkaEvents.watermarks(in, Topics.WEB_REQUESTS),
                    "whole")
                .uid("whole"),
            RequestServed::client);
    List<String> fields = List.of("client");
    // The group's position is the end by now.
    Configuration again = broker.config("again", "fields.", Map.of("bounded", "true"));
    List<String> some =
        collected(
            environment()
                .fromSource(
                    KafkaEvents.source(again, Topics.WEB_REQUESTS, fields),
                    KafkaEvents.watermarks(again, Topics.WEB_REQUESTS, fields),
                    "fields")
                .uid("fields"),
            projected -> projected.string(0));

    assertThat(some)
        .containsExactlyInAnyOrderElementsOf(whole)
        .hasSize(5)
        .contains("first", "last \u00e9");
  }

  @Test
  void relay_failureInMidStream_everyRecordComesOutExactlyOnce() throws Exception {
    Configuration in = broker.config("once", "once.", Map.of());
    Configuration out = broker.config("once", "once.out.", Map.of());
    createTopics(in, out);
    List<String> expected = new ArrayList<>();
    FailOnce.FAILED.set(false);
    JobClient job = relay(environment(), in, out).execute("once");
    try {
      produceClients("once.web.requests", 0, 400, expected);
      // The first half is committed, so the failure comes after a checkpoint that must be kept.
      await(() -> broker.committed("once.out.web.requests").size() == 400);
      produceClients("once.web.requests", 400, 600, expected);
      broker.produce("once.web.requests", 0, request(FailOnce.TRIGGER));
      expected.add(FailOnce.TRIGGER);
      produceClients("once.web.requests", 600, 1000, expected);
      await(() -> broker.committed("once.out.web.requests").size() >= expected.size());
    } finally {
      job.stopWithSavepoint(
              false, directory.resolve("savepoint").toUri().toString(), SavepointFormatType.NATIVE)
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    assertThat(FailOnce.FAILED).isTrue();
    await(() -> broker.isDecided("once.out.web.requests"));
    assertThat(clients("once.out.web.requests")).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(committedOffsets("once"))
        .as("the group shows how far the job has come")
        .isNotEmpty();
  }

  @Test
  void watermarks_partitionOfNothingButPoison_holdsNobodyBack() throws Exception {
    Configuration in =
        broker.config(
            "poison", "poison.", Map.of("idle-timeout", "1s", "max-out-of-orderness", "5s"));
    createTopics(in);
    SeenWatermarks.SEEN.clear();
    StreamExecutionEnvironment env = environment();
    env.setParallelism(1);
    values(env, in)
        .process(new SeenWatermarks())
        .returns(Long.class)
        .uid("watermarks")
        .sinkTo(new DiscardingSink<>())
        .uid("none");
    JobClient job = env.executeAsync("poison");
    try (KafkaProducer<byte[], byte[]> producer = broker.producer(Map.of())) {
      broker.produce("poison.web.requests", 1, request("early", NOW - 60_000));
      broker.produce("poison.web.requests", 1, request("late", NOW));
      await(
          () -> {
            // Poison never stops, and its own timestamp is long ago.
            producer
                .send(new ProducerRecord<>("poison.web.requests", 0, 1L, null, new byte[1]))
                .get();
            // Values come only to show the watermark, and are too old to move it.
            broker.produce("poison.web.requests", 1, request("probe", NOW - 60_000));
            return SeenWatermarks.SEEN.stream().anyMatch(seen -> seen == NOW - 5_000 - 1);
          });
    } finally {
      job.cancel().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    assertThat(SeenWatermarks.SEEN).allSatisfy(seen -> assertThat(seen).isLessThan(NOW));
  }

  @Test
  void source_group_startsWhereItStandsAndEarliestElsewhere() throws Exception {
    Configuration in = broker.config("standing", "group.", Map.of("bounded", "true"));
    Configuration out = broker.config("standing", "group.out.", Map.of());
    createTopics(in, out);
    for (String client : List.of("a", "b", "c")) {
      broker.produce("group.web.requests", 0, request(client + "0"));
      broker.produce("group.web.requests", 1, request(client + "1"));
    }
    broker
        .admin()
        .alterConsumerGroupOffsets(
            "group.standing",
            Map.of(new TopicPartition("group.web.requests", 0), new OffsetAndMetadata(2)))
        .all()
        .get();

    relay(environment(), in, out).execute("standing").getJobExecutionResult().get();

    assertThat(clients("group.out.web.requests")).containsExactlyInAnyOrder("c0", "a1", "b1", "c1");
  }

  @Test
  void source_timestamp_startsAtTheFirstRecordThatIsNotBefore() throws Exception {
    Configuration in =
        broker.config(
            "timestamp", "timestamp.", Map.of("bounded", "true", "start-from", "timestamp:2000"));
    Configuration out = broker.config("timestamp", "timestamp.out.", Map.of());
    createTopics(in, out);
    try (KafkaProducer<byte[], byte[]> producer = broker.producer(Map.of())) {
      for (long timestamp : List.of(1000L, 1999L, 2000L, 3000L)) {
        byte[] value = request("at " + timestamp).getBytes(UTF_8);
        producer
            .send(new ProducerRecord<>("timestamp.web.requests", 0, timestamp, null, value))
            .get();
      }
    }

    relay(environment(), in, out).execute("timestamp").getJobExecutionResult().get();

    assertThat(clients("timestamp.out.web.requests"))
        .containsExactlyInAnyOrder("at 2000", "at 3000");
  }

  @Test
  void source_recordsDeletedBeforeTheyAreRead_failsTheJob() throws Exception {
    Configuration in = broker.config("deleted", "deleted.", Map.of("bounded", "true"));
    Configuration out = broker.config("deleted", "deleted.out.", Map.of());
    createTopics(in, out);
    TopicPartition partition = new TopicPartition("deleted.web.requests", 0);
    for (int i = 0; i < 10; i++) {
      broker.produce(partition.topic(), 0, request("c" + i));
    }
    broker
        .admin()
        .alterConsumerGroupOffsets("deleted.deleted", Map.of(partition, new OffsetAndMetadata(2)))
        .all()
        .get();
    broker.admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(5))).all().get();
    StreamExecutionEnvironment env = environment();
    env.configure(new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));

    assertThatThrownBy(() -> relay(env, in, out).execute("deleted").getJobExecutionResult().get())
        .satisfies(
            thrown ->
                assertThat(ExceptionUtils.findThrowable(thrown, OffsetOutOfRangeException.class))
                    .isPresent());
    assertThat(clients("deleted.out.web.requests")).isEmpty();
  }

  @Test
  void sink_largestRow_isTakenByATopicOfTheSameLimit() throws Exception {
    Configuration config = broker.config("largest", "largest.", Map.of());
    String topic = "largest.heavy-hitters.late";
    broker
        .admin()
        .createTopics(
            List.of(
                new NewTopic(topic, 4, (short) 1)
                    .configs(Map.of("max.message.bytes", String.valueOf(1 << 20)))))
        .all()
        .get();
    KafkaTopics.prepare(config, List.of(Topics.HEAVY_HITTERS_LATE));
    int empty = JsonCodec.of(LateArrived.class).encode(late("")).length;
    int room = (1 << 20) - EncodeRow.OVERHEAD_BYTES - empty;
    LateArrived largest = late(incompressible(room));
    LateArrived tooLarge = late(incompressible(room + 1));
    StreamExecutionEnvironment env = environment();
    SingleOutputStreamOperator<KafkaRow> rows =
        env.fromData(TypeInformation.of(LateArrived.class), largest, tooLarge)
            .uid("rows")
            .process(KafkaEvents.encoder(config, Topics.HEAVY_HITTERS_LATE))
            .returns(KafkaRow.class)
            .uid("encode");
    KafkaEvents.write(rows, config, Topics.HEAVY_HITTERS_LATE, "sink");

    env.execute("largest");

    assertThat(values(topic, LateArrived.class)).containsExactly(largest);
  }

  /**
   * Reads requests and writes them again, and what is refused to the dead letters of the output.
   */
  private static Relay relay(StreamExecutionEnvironment env, Configuration in, Configuration out) {
    SingleOutputStreamOperator<RequestServed> values = values(env, in);
    DataStream<RequestServed> relayed = values.map(new FailOnce()).uid("fail-once");
    write(relayed, out, Topics.WEB_REQUESTS, "values");
    write(values.getSideOutput(SplitDecoded.DEAD_LETTER), out, Topics.WEB_REQUESTS_DLQ, "letters");
    return env::executeAsync;
  }

  /** Of each value its text, of each dead letter its message. */
  private static <V> List<String> collected(
      DataStream<Either<DeadLettered, V>> decoded, SerializableFunction<V, String> text)
      throws Exception {
    DataStream<String> texts =
        decoded
            .map(each -> each.isRight() ? text.apply(each.right()) : each.left().message())
            .returns(String.class)
            .uid("texts");
    return texts.executeAndCollect(100);
  }

  /** Starts a job. */
  private interface Relay {
    JobClient execute(String name) throws Exception;
  }

  private static SingleOutputStreamOperator<RequestServed> values(
      StreamExecutionEnvironment env, Configuration config) {
    return env.fromSource(
            KafkaEvents.source(config, Topics.WEB_REQUESTS),
            KafkaEvents.watermarks(config, Topics.WEB_REQUESTS),
            "requests")
        .uid("requests")
        .transform("split", TypeInformation.of(RequestServed.class), new SplitDecoded<>())
        .uid("split");
  }

  private static <T extends Record> void write(
      DataStream<T> stream, Configuration config, Topic<T> topic, String uid) {
    SingleOutputStreamOperator<KafkaRow> rows =
        stream
            .process(KafkaEvents.encoder(config, topic))
            .returns(KafkaRow.class)
            .uid(uid + "-encode");
    KafkaEvents.write(rows, config, topic, uid + "-sink");
  }

  private static StreamExecutionEnvironment environment() {
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    flink.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(50));
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(2);
    return env;
  }

  private static void createTopics(Configuration... configs) {
    for (Configuration config : configs) {
      KafkaTopics.prepare(config, List.of(Topics.WEB_REQUESTS, Topics.WEB_REQUESTS_DLQ));
    }
  }

  private static void produceClients(String topic, int from, int to, List<String> produced)
      throws Exception {
    for (int i = from; i < to; i++) {
      broker.produce(topic, i % 4, request("client " + i));
      produced.add("client " + i);
    }
  }

  private static String request(String client) {
    return request(client, NOW);
  }

  private static String request(String client, long at) {
    return "{\"at\":" + at + ",\"client\":\"" + client + "\",\"path\":\"/\"}";
  }

  private static LateArrived late(String text) {
    return new LateArrived("web.requests", 1, 2, "{\"x\":\"" + text + "\"}");
  }

  private static String incompressible(int length) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) ('#' + random.nextInt('Z' - '#')));
    }
    return text.toString();
  }

  private static List<String> clients(String topic) throws Exception {
    return values(topic, RequestServed.class).stream().map(RequestServed::client).toList();
  }

  private static <T extends Record> List<T> values(String topic, Class<T> type) throws Exception {
    List<T> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : broker.committed(topic)) {
      values.add(decoded(record, type));
    }
    return values;
  }

  private static <T extends Record> T decoded(ConsumerRecord<byte[], byte[]> record, Class<T> type)
      throws RejectedException {
    return JsonCodec.of(type).decode(record.value());
  }

  private static Collection<Long> committedOffsets(String prefix) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        new HashMap<>(
            broker
                .admin()
                .listConsumerGroupOffsets(prefix + "." + prefix)
                .partitionsToOffsetAndMetadata()
                .get());
    return offsets.values().stream().map(OffsetAndMetadata::offset).toList();
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(condition);
  }

  /** Fails the job the first time that a certain client comes. */
  private static final class FailOnce implements MapFunction<RequestServed, RequestServed> {
    static final String TRIGGER = "trigger";
    static final AtomicBoolean FAILED = new AtomicBoolean();

    private static final long serialVersionUID = 1L;

    @Override
    public RequestServed map(RequestServed value) {
      if (value.client().equals(TRIGGER) && FAILED.compareAndSet(false, true)) {
        throw new IllegalStateException("injected failure");
      }
      return value;
    }
  }

  /** Remembers the watermark at each element. */
  private static final class SeenWatermarks extends ProcessFunction<RequestServed, Long> {
    static final Queue<Long> SEEN = new ConcurrentLinkedQueue<>();

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(RequestServed value, Context context, Collector<Long> out) {
      SEEN.add(context.timerService().currentWatermark());
    }
  }
}
