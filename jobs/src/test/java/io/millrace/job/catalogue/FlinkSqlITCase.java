package io.millrace.job.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.job.JobRuns;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.schema.FlinkSql;
import io.millrace.schema.Topic;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.RawJson;
import io.millrace.schema.codec.SelfChecking;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each topic's table is created by Flink SQL, and reads what jobs write. */
class FlinkSqlITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder().setNumberSlotsPerTaskManager(4).build());

  @TempDir private static Path directory;
  private static LocalBroker broker;

  static List<Topic<?>> topics() {
    return Topics.all();
  }

  @BeforeAll
  static void startBroker() throws Exception {
    broker = LocalBroker.start(directory);
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(topics());
    }
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @SuppressWarnings("try") // Flink's iterator may be interrupted when it is closed.
  @ParameterizedTest
  @MethodSource("topics")
  void table_ofATopic_hasEveryFieldOfARecord(Topic<?> topic) throws Exception {
    byte[] json = encoded(topic, value(topic.type()));
    JsonNode written = JSON.readTree(json);
    String key = topic.keyField() == null ? "the key" : written.get(topic.keyField()).asText();
    JobRuns.produce(
        broker.bootstrap(),
        List.of(
            topic.isRaw()
                ? rawLine(topic, written)
                : new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), json)));
    StreamTableEnvironment tables =
        StreamTableEnvironment.create(StreamExecutionEnvironment.getExecutionEnvironment());

    tables.executeSql(FlinkSql.createTable(topic, broker.bootstrap(), ""));
    List<Row> rows = new ArrayList<>();
    try (CloseableIterator<Row> found =
        tables
            .executeSql(
                String.format(
                    "SELECT * FROM `%s` /*+ OPTIONS('scan.bounded.mode' = 'latest-offset') */",
                    FlinkSql.table(topic)))
            .collect()) {
      found.forEachRemaining(rows::add);
    }

    assertThat(rows).hasSize(1);
    for (RecordComponent field : fields(topic)) {
      Object read = rows.get(0).getField(field.getName());
      JsonNode of = written.get(field.getName());
      if (of.isContainerNode() && !field.isAnnotationPresent(RawJson.class)) {
        assertThat(String.valueOf(read)).isNotEmpty().doesNotContain("null");
      } else if (field.isAnnotationPresent(RawJson.class)) {
        assertThat(JSON.readTree(String.valueOf(read))).isEqualTo(of);
      } else {
        assertThat(String.valueOf(read)).as(field.getName()).isEqualTo(of.asText());
      }
    }
    if (topic.lane() == Lane.LIVE) {
      assertThat(rows.get(0).getField("key")).isEqualTo(key);
    }
    if (topic.lane() == Lane.INPUT && !topic.equals(Topics.LOG_RULES)) {
      assertThat(rows.get(0).getField("event_time")).isNotNull();
    }
  }

  /** The columns that have the names of fields: of raw lines the time is only the event time. */
  private static List<RecordComponent> fields(Topic<?> topic) {
    return Arrays.stream(topic.type().getRecordComponents())
        .filter(field -> !topic.isRaw() || !field.getName().equals("at"))
        .toList();
  }

  private static ProducerRecord<byte[], byte[]> rawLine(Topic<?> topic, JsonNode written) {
    byte[] source = written.get("source").asText().getBytes(UTF_8);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic.name(),
            null,
            written.get("at").asLong(),
            source,
            written.get("line").asText().getBytes(UTF_8));
    record.headers().add("source", source);
    return record;
  }

  /** What records take that check their fields; nothing where another field is there instead. */
  private static final Map<String, Optional<String>> ACCEPTED =
      Map.of(
          "currency", Optional.of("EUR"),
          "pair", Optional.of("EUR/USD"),
          "valueDate", Optional.of("2026-01-31"),
          "window", Optional.of("P3D"),
          "period", Optional.of("PT1M"),
          "zone", Optional.of("UTC"),
          "sha256", Optional.of("0123456789abcdef".repeat(4)),
          "contentType", Optional.of("image/png"),
          "location", Optional.of("s3://media/cat.png"),
          "matchId", Optional.empty());

  private static <T extends Record> byte[] encoded(Topic<T> topic, Object value) {
    return topic.codec().encode(topic.type().cast(value));
  }

  /** A record of a type, with something in every field. */
  private static Object value(Class<?> type) throws ReflectiveOperationException {
    RecordComponent[] fields = type.getRecordComponents();
    Class<?>[] types = new Class<?>[fields.length];
    Object[] values = new Object[fields.length];
    for (int i = 0; i < fields.length; i++) {
      types[i] = fields[i].getType();
      if (type.isAnnotationPresent(SelfChecking.class)
          && ACCEPTED.containsKey(fields[i].getName())) {
        values[i] = ACCEPTED.get(fields[i].getName()).orElse(null);
        continue;
      }
      values[i] =
          fields[i].isAnnotationPresent(RawJson.class)
              ? raw(fields[i].getAnnotation(RawJson.class))
              : value(fields[i].getGenericType(), fields[i].getAnnotation(Range.class), i);
    }
    var constructor = type.getDeclaredConstructor(types);
    return constructor.newInstance(values);
  }

  private static String raw(RawJson json) {
    return json.array() ? "[[[1.5,2],[3,2],[3,4]]]" : "{\"some\":[1,\"x\"]}";
  }

  private static Object value(Type type, @Nullable Range range, int number)
      throws ReflectiveOperationException {
    if (type instanceof ParameterizedType parameterized) {
      Type[] of = parameterized.getActualTypeArguments();
      return parameterized.getRawType() == List.class
          ? List.of(value(of[0], null, number))
          : Map.of("name", value(of[1], null, number));
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord()) {
      return value(plain);
    }
    if (plain.isEnum()) {
      return plain.getEnumConstants()[0];
    }
    return switch (plain.getSimpleName()) {
      case "String" -> "text " + number;
      case "int", "Integer" -> (int) (range == null ? 100 : range.min()) + number;
      case "long", "Long" -> range == null ? 1_764_151_200_000L + number : range.min() + number;
      case "double", "Double" -> 0.5 + number;
      case "boolean", "Boolean" -> true;
      default -> throw new IllegalArgumentException("no value of " + plain);
    };
  }
}
