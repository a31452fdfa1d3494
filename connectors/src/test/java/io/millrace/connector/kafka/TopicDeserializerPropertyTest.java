package io.millrace.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.web.RequestServed;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.types.Either;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Whatever a record holds, it gives exactly one element, and that can go on its way. */
class TopicDeserializerPropertyTest {
  private static final String VALID =
      "{\"at\":1769860800000,\"client\":\"c\u00e9\",\"path\":\"/\\ud83d\\ude00\",\"status\":200,"
          + "\"bytes\":12,\"x\":[1.5e3,{\"y\":null}]}";

  private final TopicDeserializer<RequestServed> deserializer =
      TopicDeserializerTest.opened(
          new TopicDeserializer<>(
              new TopicForm.AllFields<>(RequestServed.class),
              "job",
              0,
              1000,
              () -> 1769860800000L));
  private final JsonCodec<DeadLettered> letters = JsonCodec.of(DeadLettered.class);
  private final JsonCodec<RequestServed> values = JsonCodec.of(RequestServed.class);

  @Property(tries = 3000, seed = "1")
  void deserialize_anyBytes_givesOneElementThatCanBeEncoded(@ForAll byte[] value) {
    assertGoesOn(value);
  }

  @Property(tries = 10_000, seed = "2")
  void deserialize_mutatedValue_givesOneElementThatCanBeEncoded(@ForAll("mutated") byte[] value) {
    assertGoesOn(value);
  }

  @Provide
  Arbitrary<byte[]> mutated() {
    byte[] valid = VALID.getBytes(UTF_8);
    Arbitrary<Integer> position = Arbitraries.integers().between(0, valid.length - 1);
    Arbitrary<Byte> replacement =
        Arbitraries.oneOf(
            Arbitraries.bytes(), Arbitraries.of((byte) '"', (byte) '\\', (byte) '{', (byte) '9'));
    return Combinators.combine(position.list().ofSize(3), replacement.list().ofSize(3))
        .as(
            (positions, replacements) -> {
              byte[] value = valid.clone();
              for (int i = 0; i < 3; i++) {
                value[positions.get(i)] = replacements.get(i);
              }
              return value;
            });
  }

  private void assertGoesOn(byte[] value) {
    List<Either<DeadLettered, RequestServed>> out = new ArrayList<>();

    deserializer.deserialize(
        new ConsumerRecord<>("t", 0, 0, new byte[0], value), new ListCollector<>(out));

    assertThat(out).hasSize(1);
    Either<DeadLettered, RequestServed> decoded = out.get(0);
    byte[] row =
        decoded.isRight() ? values.encode(decoded.right()) : letters.encode(decoded.left());
    assertThat(row).isNotEmpty();
  }
}
