package io.millrace.connector.kafka;

import io.millrace.connector.lane.RecordOrigin;
import io.millrace.schema.Topic;
import io.millrace.schema.codec.JsonProjection;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LiveRow;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.SinkTransformation;
import org.apache.flink.types.Either;

/** Topics of the catalogue as Flink sources and sinks. */
public final class KafkaEvents {
  /** How often a source looks for new partitions, unless the user says otherwise. */
  private static final String DISCOVERY_MILLIS = "10000";

  private KafkaEvents() {}

  /**
   * Reads a topic. A record that is a value of the topic comes out on the right, any other one on
   * the left as a dead letter; no record ever fails the job. Only committed records are read unless
   * {@code kafka.isolation.level} says otherwise; so a transaction that is left open holds back
   * what comes after it until the broker aborts it.
   *
   * <p>Where the job stands is kept in its checkpoints, and written to the consumer group as each
   * completes. Records that retention deletes before they are read fail the job: they are never
   * skipped silently. Partitions that are added later are found within 10 s, or as {@code
   * kafka.partition.discovery.interval.ms} says.
   *
   * @throws IllegalArgumentException for a missing or invalid option
   */
  public static <T extends Record> KafkaSource<Either<DeadLettered, T>> source(
      Configuration config, Topic<T> topic) {
    return source(config, topic, new TopicForm.AllFields<>(topic.type()));
  }

  /**
   * Reads some fields of a topic, as {@link #source(Configuration, Topic)} reads all of them: it
   * refuses the same records for the same reasons.
   *
   * @param fields see {@link JsonProjection#of}; their order is that of the slices
   * @throws IllegalArgumentException for a missing or invalid option, and for a field that can't be
   *     read by itself
   */
  public static KafkaSource<Either<DeadLettered, Projected>> source(
      Configuration config, Topic<?> topic, List<String> fields) {
    return source(config, topic, new TopicForm.SomeFields(topic.type(), fields));
  }

  /**
   * Reads a topic as {@link #source(Configuration, Topic)} does, each value together with where it
   * comes from.
   *
   * @throws IllegalArgumentException for a missing or invalid option
   */
  public static <T extends Record>
      KafkaSource<Either<DeadLettered, Tuple2<T, RecordOrigin>>> sourceWithOrigin(
          Configuration config, Topic<T> topic) {
    return source(
        config, topic, new TopicForm.WithOrigin<>(new TopicForm.AllFields<>(topic.type())));
  }

  private static <V> KafkaSource<Either<DeadLettered, V>> source(
      Configuration config, Topic<?> topic, TopicForm<V> form) {
    return source(
        config,
        topic,
        new TopicDeserializer<>(
            config.get(KafkaOptions.REGISTRY_FRAMES) ? new TopicForm.Framed<>(form) : form,
            config.get(KafkaOptions.JOB_NAME),
            KafkaOptions.eventTimeMin(config),
            KafkaOptions.millis(config, KafkaOptions.MAX_AHEAD),
            System::currentTimeMillis,
            topic.isConfidential()));
  }

  /**
   * Reads a topic as {@link #source(Configuration, Topic)} does, with a deserializer of the
   * caller's: what that one throws fails the job.
   *
   * @throws IllegalArgumentException for a missing or invalid option
   */
  public static <V> KafkaSource<V> source(
      Configuration config, Topic<?> topic, KafkaRecordDeserializationSchema<V> deserializer) {
    Properties properties = KafkaOptions.clientProperties(config);
    properties.putIfAbsent("isolation.level", "read_committed");
    // Watermarks don't wait for a partition that nobody knows of, so it must not stay so for long.
    properties.putIfAbsent(
        KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), DISCOVERY_MILLIS);
    String group = KafkaOptions.instanceName(config);
    KafkaSourceBuilder<V> source =
        KafkaSource.<V>builder()
            .setProperties(properties)
            .setTopics(KafkaOptions.deployedName(config, topic.name()))
            .setGroupId(group)
            .setClientIdPrefix(group + "-" + topic.name())
            .setStartingOffsets(KafkaOptions.startingOffsets(config))
            .setDeserializer(deserializer);
    if (config.get(KafkaOptions.BOUNDED)) {
      source.setBounded(OffsetsInitializer.latest());
    }
    return source.build();
  }

  /**
   * Event times and watermarks of what {@link #source(Configuration, Topic)} gives, for each
   * partition on its own. Dead letters neither move the watermark nor count as activity: a
   * partition of nothing else goes idle and holds nobody back. A bounded run has no idle
   * partitions.
   *
   * @throws IllegalArgumentException for an invalid option
   */
  public static <T extends Record> WatermarkStrategy<Either<DeadLettered, T>> watermarks(
      Configuration config, Topic<T> topic) {
    return watermarks(config, new TopicForm.AllFields<>(topic.type()));
  }

  /**
   * Event times and watermarks of what {@link #source(Configuration, Topic, List)} gives, as {@link
   * #watermarks(Configuration, Topic)} makes them.
   *
   * @throws IllegalArgumentException for an invalid option, and for a field that can't be read by
   *     itself
   */
  public static WatermarkStrategy<Either<DeadLettered, Projected>> watermarks(
      Configuration config, Topic<?> topic, List<String> fields) {
    return watermarks(config, new TopicForm.SomeFields(topic.type(), fields));
  }

  /**
   * Event times and watermarks of what {@link #sourceWithOrigin} gives, as {@link
   * #watermarks(Configuration, Topic)} makes them.
   *
   * @throws IllegalArgumentException for an invalid option
   */
  public static <T extends Record>
      WatermarkStrategy<Either<DeadLettered, Tuple2<T, RecordOrigin>>> watermarksWithOrigin(
          Configuration config, Topic<T> topic) {
    return watermarks(config, new TopicForm.WithOrigin<>(new TopicForm.AllFields<>(topic.type())));
  }

  private static <V> WatermarkStrategy<Either<DeadLettered, V>> watermarks(
      Configuration config, TopicForm<V> form) {
    return new ValueWatermarks<>(
        form,
        KafkaOptions.millis(config, KafkaOptions.MAX_OUT_OF_ORDERNESS),
        config.get(KafkaOptions.BOUNDED)
            ? 0
            : KafkaOptions.millis(config, KafkaOptions.IDLE_TIMEOUT));
  }

  /**
   * Writes rows that {@link EncodeRow} made for the same topic.
   *
   * <p>For {@code exactly-once} the transactional ids start with the instance's name and the
   * topic's: they stay the same over restarts, only one instance of a name may run, and it writes a
   * topic through one sink. Rows are visible to committed reads when the checkpoint they belong to
   * is complete. A job that stays down for longer than {@code kafka.transaction.timeout.ms}
   * (default 15 minutes) loses the rows that its last checkpoint had not committed yet; it fails
   * then and says which, or goes on, as {@link KafkaOptions#LOST_TRANSACTIONS} says.
   *
   * @param uid uid of the sink, unique in the job
   * @throws IllegalArgumentException for a missing or invalid option, and where the job writes the
   *     topic already
   */
  public static DataStreamSink<KafkaRow> write(
      DataStream<KafkaRow> rows, Configuration config, Topic<?> topic, String uid) {
    Sink<KafkaRow> sink = sink(config, topic, uid);
    if (sink instanceof TransactionalSink transactional) {
      requireOnly(rows.getExecutionEnvironment(), transactional);
    }
    return rows.sinkTo(sink).uid(uid);
  }

  /**
   * The sink of {@link #write}, for whoever builds around it.
   *
   * @param uid names the sink where a transaction is lost
   * @throws IllegalArgumentException for a missing or invalid option
   */
  public static Sink<KafkaRow> sink(Configuration config, Topic<?> topic, String uid) {
    String name = KafkaOptions.deployedName(config, topic.name());
    String idPrefix = KafkaOptions.instanceName(config) + "-" + topic.name();
    DeliveryGuarantee guarantee = KafkaOptions.guarantee(config);
    KafkaSink<KafkaRow> kafka =
        KafkaSink.<KafkaRow>builder()
            .setKafkaProducerConfig(KafkaOptions.producerProperties(config))
            .setBootstrapServers(KafkaOptions.required(config, KafkaOptions.BOOTSTRAP))
            .setDeliveryGuarantee(guarantee)
            .setTransactionalIdPrefix(idPrefix)
            // An id for every transaction; TransactionFate builds on it.
            .setTransactionNamingStrategy(TransactionNamingStrategy.INCREMENTING)
            .setRecordSerializer(new RowSerializer(name))
            .build();
    if (guarantee != DeliveryGuarantee.EXACTLY_ONCE) {
      return kafka;
    }
    return new TransactionalSink(
        kafka,
        uid,
        name,
        idPrefix,
        KafkaOptions.instanceName(config),
        KafkaOptions.lostTransactions(config),
        KafkaOptions.adminProperties(config));
  }

  /**
   * Writes rows that {@link #liveEncoder} made, always at least once: they are visible at once, and
   * after a failure some come twice, with a version that readers drop or that is new.
   *
   * @param uid uid of the sink, unique in the job
   * @throws IllegalArgumentException for a missing or invalid option
   */
  public static DataStreamSink<KafkaRow> writeLive(
      DataStream<KafkaRow> rows, Configuration config, Topic<LiveRow> topic, String uid) {
    Configuration options = new Configuration(config);
    options.set(KafkaOptions.GUARANTEE, KafkaOptions.Guarantee.AT_LEAST_ONCE);
    return rows.sinkTo(sink(options, topic, uid)).uid(uid);
  }

  /**
   * Encodes rows of a live topic for {@link #writeLive}.
   *
   * @throws IllegalArgumentException for an invalid option
   */
  public static EncodeLive liveEncoder(Configuration config) {
    return new EncodeLive(KafkaOptions.maxRequestBytes(config));
  }

  /**
   * Encodes values of {@code topic} for {@link #write}. A row that the producer could never send
   * comes out of {@link EncodeRow#DEAD_LETTER} instead:
   *
   * <pre>{@code
   * SingleOutputStreamOperator<KafkaRow> rows =
   *     rankings.process(KafkaEvents.encoder(config, topic)).uid("rankings-encode");
   * KafkaEvents.write(rows, config, topic, "rankings-sink");
   * DataStream<DeadLettered> tooLarge = rows.getSideOutput(EncodeRow.DEAD_LETTER);
   * }</pre>
   *
   * @throws IllegalArgumentException for a missing or invalid option, and where the producer may
   *     not even send a dead letter
   */
  public static <T extends Record> EncodeRow<T> encoder(Configuration config, Topic<T> topic) {
    return new EncodeRow<>(
        topic.type(),
        topic.keyField(),
        KafkaOptions.deployedName(config, topic.name()),
        KafkaOptions.required(config, KafkaOptions.JOB_NAME),
        KafkaOptions.maxRequestBytes(config));
  }

  /** Two sinks with the same transactional ids would abort each other's transactions. */
  private static void requireOnly(StreamExecutionEnvironment env, TransactionalSink added) {
    for (Transformation<?> other : env.getTransformations()) {
      if (other instanceof SinkTransformation<?, ?> written
          && written.getSink() instanceof TransactionalSink sink
          && sink.idPrefix().equals(added.idPrefix())) {
        throw new IllegalArgumentException(
            String.format(
                "sinks %s and %s both write topic %s; unite their streams before one sink",
                sink.uid(), added.uid(), sink.topic()));
      }
    }
  }
}
