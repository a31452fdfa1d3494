package io.millrace.schema.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReservedTest {
  public record Place(@EventTime long at, @MaxLength(8) @Reserved("ALL") String region) {}

  public record Misplaced(@EventTime long at, @Reserved("ALL") int region) {}

  private final JsonCodec<Place> codec = JsonCodec.of(Place.class);
  private final JsonProjection<Place> projection =
      JsonProjection.of(Place.class, List.of("region"));

  private static byte[] json(String region) {
    return ("{\"at\":5,\"region\":\"" + region + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "all", "ALLE", "AL", "\\u0041LX", "日本"})
  void otherText_isAccepted(String region) throws Exception {
    String expected = region.replace("\\u0041", "A");
    assertThat(codec.decode(json(region))).isEqualTo(new Place(5, expected));
    assertThat(projection.read(json(region)).string(0)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALL", "\\u0041LL", "A\\u004CL"})
  void reservedText_isRefusedHoweverItIsWritten(String region) {
    for (var read :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> codec.decode(json(region)), () -> projection.read(json(region)))) {
      assertThatThrownBy(read)
          .isInstanceOfSatisfying(
              RejectedException.class,
              e -> {
                assertThat(e.rejection()).isEqualTo(Rejection.RESERVED);
                assertThat(e.stage()).isEqualTo(Stage.VALIDATE);
              })
          .hasMessageContaining("field \"region\" must not be \"ALL\"");
    }
  }

  @Test
  void tooLong_isRefusedAsSuch() {
    assertThatThrownBy(() -> codec.decode(json("ALLALLALL")))
        .isInstanceOfSatisfying(
            RejectedException.class, e -> assertThat(e.rejection()).isEqualTo(Rejection.TOO_LONG));
  }

  @Test
  void schema_saysWhatIsReserved() {
    assertThat(JsonSchema.of(Place.class, JsonSchema.Side.READ).toString())
        .contains("\"not\":{\"const\":\"ALL\"}");
  }

  @Test
  void onNumber_isRefused() {
    assertThatThrownBy(() -> JsonCodec.of(Misplaced.class))
        .hasMessageContaining("@Reserved says nothing about a component of type int");
  }
}
