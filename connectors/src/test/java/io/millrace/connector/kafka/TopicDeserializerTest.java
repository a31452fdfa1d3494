package io.millrace.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.web.RequestServed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.types.Either;
import org.apache.flink.util.InstantiationUtil;
import org.apache.flink.util.SimpleUserCodeClassLoader;
import org.apache.flink.util.UserCodeClassLoader;
import org.apache.flink.util.function.SerializableSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicDeserializerTest {
  private static final long NOW = Instant.parse("2026-01-31T12:00:00Z").toEpochMilli();
  private static final long MIN = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();
  private static final long HOUR = 3_600_000;
  private static final long RECORD_TIMESTAMP = 1234;

  private static final DeserializationSchema.InitializationContext CONTEXT =
      new DeserializationSchema.InitializationContext() {
        @Override
        public MetricGroup getMetricGroup() {
          return new UnregisteredMetricsGroup();
        }

        @Override
        public UserCodeClassLoader getUserCodeClassLoader() {
          return SimpleUserCodeClassLoader.create(TopicDeserializerTest.class.getClassLoader());
        }
      };

  @Test
  void deserialize_value_isRight() {
    Either<DeadLettered, RequestServed> decoded = decode(request(NOW));

    assertThat(decoded.isRight()).isTrue();
    assertThat(decoded.right().at()).isEqualTo(NOW);
    assertThat(decoded.right().client()).isEqualTo("c");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void deserialize_notAValue_isADeadLetter(String value, String stage, String reason) {
    DeadLettered letter = decode(value).left();

    assertThat(letter.stage()).isEqualTo(stage);
    assertThat(letter.reason()).isEqualTo(reason);
    assertThat(letter.message()).isNotBlank();
    assertThat(letter.value()).isEqualTo(base64(value.getBytes(UTF_8)));
    assertThat(letter.valueBytes()).isEqualTo(value.getBytes(UTF_8).length);
    assertThat(letter.truncated()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void deserialize_someFieldsOfNoValue_isTheSameDeadLetter(
      String value, String stage, String reason) {
    assertThat(decode(someFields(), value).left())
        .isEqualTo(decode(value).left())
        .extracting(DeadLettered::stage, DeadLettered::reason)
        .containsExactly(stage, reason);
  }

  @ParameterizedTest
  @ValueSource(longs = {946684799999L, 1769864400001L, 1769860800L})
  void deserialize_someFieldsOutOfTime_isTheSameDeadLetter(long at) {
    DeadLettered letter = decode(someFields(), request(at)).left();

    assertThat(letter).isEqualTo(decode(request(at)).left());
    assertThat(letter.stage()).isEqualTo("time");
  }

  @Test
  void deserialize_someFields_areOnTheRight() {
    Projected projected = decode(someFields(), request(NOW)).right();

    assertThat(projected.at()).isEqualTo(NOW);
    assertThat(projected.string(0)).isEqualTo("/");
    assertThat(projected.has(1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0\0\0\0\7", "\0\1\2\3\4", ""})
  void deserialize_registryFrame_isSkippedWhereThereIsOne(String frame) {
    String value = frame + request(NOW);

    assertThat(decode(framed(new TopicForm.AllFields<>(RequestServed.class)), value).right().path())
        .isEqualTo("/");
    assertThat(
            decode(framed(new TopicForm.SomeFields(RequestServed.class, List.of("path"))), value)
                .right()
                .string(0))
        .isEqualTo("/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0", "\0\0\0\0", "\0\0\0\0\1", "\0\0\0\0\1{", "\1\0\0\0\0{}"})
  void deserialize_frameOfNoValue_isADeadLetterWithAllBytes(String value) {
    DeadLettered letter =
        decode(framed(new TopicForm.AllFields<>(RequestServed.class)), value).left();

    assertThat(letter.stage()).isEqualTo("decode");
    assertThat(letter.value()).isEqualTo(base64(value.getBytes(UTF_8)));
  }

  private static <V> TopicDeserializer<V> framed(TopicForm<V> form) {
    return new TopicDeserializer<>(new TopicForm.Framed<>(form), "job", MIN, HOUR, () -> NOW);
  }

  @Test
  void deserialize_someFieldsOfATombstone_isTheSameDeadLetter() {
    assertThat(decode(opened(someFields()), null, null, new RecordHeaders()))
        .isEqualTo(decode(null, null, new RecordHeaders()));
  }

  @Test
  void someFields_fieldThatCannotBeReadAlone_isRefusedAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TopicForm.SomeFields(DeadLettered.class, List.of("headers")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TopicForm.SomeFields(RequestServed.class, List.of("host")))
        .withMessageContaining("host");
  }

  static List<Object[]> refused() {
    return List.of(
        new Object[] {"", "decode", "empty"},
        new Object[] {"[]", "decode", "not-an-object"},
        new Object[] {"null", "decode", "not-an-object"},
        new Object[] {"𝠀", "decode", "not-json"},
        new Object[] {"{\"at\":1,", "decode", "truncated"},
        new Object[] {request(NOW) + "x", "decode", "trailing-content"},
        new Object[] {"{\"x\":".repeat(10_000), "decode", "too-deep"},
        new Object[] {"{\"at\":1,\"client\":\"c\"}", "validate", "missing-field"},
        new Object[] {request(NOW).replace("\"c\"", "5"), "validate", "wrong-type"},
        new Object[] {request(NOW).replace("" + NOW, "\"\""), "validate", "invalid-time"});
  }

  @Test
  void deserialize_letter_saysWhereTheRecordIs() {
    Headers headers = new RecordHeaders();
    headers.add("trace", "abc".getBytes(UTF_8));
    DeadLettered letter = decode("key".getBytes(UTF_8), "{".getBytes(UTF_8), headers).left();

    assertThat(letter.job()).isEqualTo("job");
    assertThat(letter.topic()).isEqualTo("web.requests");
    assertThat(letter.partition()).isEqualTo(3);
    assertThat(letter.offset()).isEqualTo(42);
    assertThat(letter.timestamp()).isEqualTo(RECORD_TIMESTAMP);
    assertThat(letter.firstSeenAt()).isEqualTo(RECORD_TIMESTAMP);
    assertThat(letter.key()).isEqualTo(base64("key".getBytes(UTF_8)));
    assertThat(letter.keyBytes()).isEqualTo(3);
    assertThat(letter.headers()).containsExactly(Map.entry("trace", "abc"));
  }

  @Test
  void deserialize_tombstone_isEmptyAndHasNoValue() {
    DeadLettered letter = decode("key".getBytes(UTF_8), null, new RecordHeaders()).left();

    assertThat(letter.stage()).isEqualTo("decode");
    assertThat(letter.reason()).isEqualTo("empty");
    assertThat(letter.value()).isNull();
    assertThat(letter.valueBytes()).isZero();
  }

  @Test
  void deserialize_invalidUtf8_keepsTheBytes() {
    byte[] value = {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'};
    DeadLettered letter = decode(null, value, new RecordHeaders()).left();

    assertThat(letter.reason()).isEqualTo("not-utf8");
    assertThat(letter.value()).isEqualTo(base64(value));
    assertThat(letter.key()).isNull();
    assertThat(letter.keyBytes()).isZero();
  }

  @Test
  void deserialize_sizesAtTheirCaps_areKeptWhole() {
    byte[] key = new byte[DeadLettered.MAX_KEY_BYTES];
    byte[] value = new byte[DeadLettered.MAX_VALUE_BYTES];
    DeadLettered letter =
        decode(key, value, headers("n", DeadLettered.MAX_HEADER_CHARS - 1)).left();

    assertThat(letter.truncated()).isFalse();
    assertThat(letter.key()).isEqualTo(base64(key));
    assertThat(letter.value()).isEqualTo(base64(value));
    assertThat(letter.headers()).containsOnlyKeys("n");
  }

  @Test
  void deserialize_keyOfOneMebibyte_isCut() {
    byte[] key = new byte[1 << 20];
    DeadLettered letter = decode(key, new byte[0], new RecordHeaders()).left();

    assertThat(letter.truncated()).isTrue();
    assertThat(letter.keyBytes()).isEqualTo(1 << 20);
    assertThat(Base64.getDecoder().decode(letter.key())).hasSize(DeadLettered.MAX_KEY_BYTES);
  }

  @Test
  void deserialize_valueOneByteOverItsCap_isCut() {
    byte[] value = new byte[DeadLettered.MAX_VALUE_BYTES + 1];
    DeadLettered letter = decode(null, value, new RecordHeaders()).left();

    assertThat(letter.truncated()).isTrue();
    assertThat(letter.valueBytes()).isEqualTo(value.length);
    assertThat(Base64.getDecoder().decode(letter.value())).hasSize(DeadLettered.MAX_VALUE_BYTES);
  }

  @Test
  void deserialize_headersOverTheirCap_areCutAndEncodable() {
    Headers headers = headers("first", 10);
    headers.add("second", "😀".repeat(DeadLettered.MAX_HEADER_CHARS).getBytes(UTF_8));
    DeadLettered letter = decode(null, new byte[0], headers).left();

    assertThat(letter.truncated()).isTrue();
    assertThat(letter.headers()).containsOnlyKeys("first");
    assertThat(JsonCodec.of(DeadLettered.class).encode(letter)).isNotEmpty();
  }

  @Test
  void deserialize_oddHeaders_areText() {
    Headers headers = new RecordHeaders();
    headers.add("none", null);
    headers.add("broken", new byte[] {'a', (byte) 0xFF, 'b'});
    headers.add("twice", "1".getBytes(UTF_8));
    headers.add("twice", "2".getBytes(UTF_8));
    DeadLettered letter = decode(null, new byte[0], headers).left();

    assertThat(letter.headers())
        .containsOnly(
            Map.entry("none", ""), Map.entry("broken", "a\uFFFDb"), Map.entry("twice", "2"));
    assertThat(letter.truncated()).isFalse();
  }

  @Test
  void deserialize_atTheLimitsOfTime_isRight() {
    assertThat(decode(request(MIN)).isRight()).isTrue();
    assertThat(decode(request(NOW + HOUR)).isRight()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "946684799999, too-old, before --event-time-min",
    "0, too-old, 1970-01-01T00:00:00Z",
    "-9223372036854775808, too-old, before --event-time-min",
    "1769864400001, too-far-ahead, further beyond the clock than --max-ahead",
    "253402300799000, too-far-ahead, 9999-12-31T23:59:59Z",
    "9223372036854775807, too-far-ahead, --max-ahead",
    "1769860800, too-old, as seconds it would be 2026-01-31T12:00:00Z",
    "1769860800000000, too-far-ahead, as microseconds it would be 2026-01-31T12:00:00Z",
    "1769860800000000000, too-far-ahead, as nanoseconds it would be 2026-01-31T12:00:00Z"
  })
  void deserialize_outOfTime_isRefusedWithAHint(long at, String reason, String message) {
    DeadLettered letter = decode(request(at)).left();

    assertThat(letter.stage()).isEqualTo("time");
    assertThat(letter.reason()).isEqualTo(reason);
    assertThat(letter.message()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, Long.MAX_VALUE})
  void deserialize_extremeTimeUnderExtremeLimits_doesNotThrow(long at) {
    TopicDeserializer<RequestServed> deserializer =
        opened(
            new TopicDeserializer<>(
                new TopicForm.AllFields<>(RequestServed.class),
                "job",
                0,
                Long.MAX_VALUE,
                () -> NOW));

    assertThat(decode(deserializer, null, request(at).getBytes(UTF_8), new RecordHeaders()))
        .satisfies(decoded -> assertThat(decoded.isLeft()).isTrue());
  }

  @Test
  void of_messageOfHalfCharactersAndExcessiveLength_isCutAndEncodable() {
    DeadLettered letter =
        DeadLetters.of(
            "job",
            Stage.DECODE,
            Rejection.NOT_JSON,
            "\uD83D" + "😀".repeat(10_000),
            DeadLetters.Origin.result("topic", 0),
            null,
            null);

    assertThat(letter.message()).hasSizeLessThan(1010).endsWith("...");
    assertThat(JsonCodec.of(DeadLettered.class).encode(letter)).isNotEmpty();
  }

  @Test
  void of_everythingAtItsCapAndEscaped_fitsTheSmallestRequest() {
    DeadLettered letter =
        decode(
                new byte[1 << 20],
                new byte[1 << 20],
                headers("n", DeadLettered.MAX_HEADER_CHARS - 1))
            .left();

    assertThat(JsonCodec.of(DeadLettered.class).encode(letter))
        .hasSizeLessThan(DeadLetters.MAX_BYTES - 1024);
  }

  @Test
  void getProducedType_genericTypesOff_copiesBothSides() throws Exception {
    TypeSerializer<Either<DeadLettered, RequestServed>> serializer =
        deserializer()
            .getProducedType()
            .createSerializer(
                new SerializerConfigImpl(
                    new Configuration().set(PipelineOptions.GENERIC_TYPES, false)));
    Headers headers = headers("n", 5);
    for (Either<DeadLettered, RequestServed> each :
        List.of(decode(request(NOW)), decode(null, new byte[3], headers))) {
      DataOutputSerializer out = new DataOutputSerializer(256);
      serializer.serialize(each, out);
      assertThat(serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
          .isEqualTo(each);
    }
  }

  @Test
  void getProducedType_someFieldsAndGenericTypesOff_copiesThem() throws Exception {
    TypeSerializer<Either<DeadLettered, Projected>> serializer =
        someFields()
            .getProducedType()
            .createSerializer(
                new SerializerConfigImpl(
                    new Configuration().set(PipelineOptions.GENERIC_TYPES, false)));
    Projected projected = decode(someFields(), request(NOW)).right();
    DataOutputSerializer out = new DataOutputSerializer(256);

    serializer.serialize(Either.Right(projected), out);
    Projected copy =
        serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())).right();

    assertThat(copy).usingRecursiveComparison().isEqualTo(projected);
    assertThat(copy.string(0)).isEqualTo("/");
  }

  @Test
  void serialize_deserializerItself_isPossible() throws Exception {
    assertThat(InstantiationUtil.clone(deserializer())).isNotNull();
    assertThat(InstantiationUtil.clone(someFields())).isNotNull();
  }

  private static Either<DeadLettered, RequestServed> decode(String value) {
    return decode("k".getBytes(UTF_8), value.getBytes(UTF_8), new RecordHeaders());
  }

  private static Either<DeadLettered, RequestServed> decode(
      byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    return decode(opened(deserializer()), key, value, headers);
  }

  private static <V> Either<DeadLettered, V> decode(
      TopicDeserializer<V> deserializer, String value) {
    return decode(
        opened(deserializer), "k".getBytes(UTF_8), value.getBytes(UTF_8), new RecordHeaders());
  }

  private static <V> Either<DeadLettered, V> decode(
      TopicDeserializer<V> deserializer,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers) {
    List<Either<DeadLettered, V>> out = new ArrayList<>();
    deserializer.deserialize(
        new ConsumerRecord<>(
            "web.requests",
            3,
            42L,
            RECORD_TIMESTAMP,
            TimestampType.CREATE_TIME,
            key == null ? -1 : key.length,
            value == null ? -1 : value.length,
            key,
            value,
            headers,
            Optional.empty()),
        new ListCollector<>(out));
    assertThat(out).hasSize(1);
    return out.get(0);
  }

  private static TopicDeserializer<RequestServed> deserializer() {
    SerializableSupplier<Long> clock = () -> NOW;
    return new TopicDeserializer<>(
        new TopicForm.AllFields<>(RequestServed.class), "job", MIN, HOUR, clock);
  }

  private static TopicDeserializer<Projected> someFields() {
    return new TopicDeserializer<>(
        new TopicForm.SomeFields(RequestServed.class, List.of("path", "bytes")),
        "job",
        MIN,
        HOUR,
        () -> NOW);
  }

  static <V> TopicDeserializer<V> opened(TopicDeserializer<V> deserializer) {
    deserializer.open(CONTEXT);
    return deserializer;
  }

  private static String request(long at) {
    return "{\"at\":" + at + ",\"client\":\"c\",\"path\":\"/\"}";
  }

  private static Headers headers(String name, int valueLength) {
    return new RecordHeaders().add(name, "x".repeat(valueLength).getBytes(UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
