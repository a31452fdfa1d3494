package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonProjectionTest {
  /** A record whose constructor has the last word. */
  @SelfChecking
  public record Reversible(@EventTime long at, long until) {
    public Reversible {
      if (until < at) {
        throw new IllegalArgumentException("must not end before it starts");
      }
    }
  }

  public record Untimed(String id) {}

  /** A record with room for texts and numbers of any length. */
  public record Measured(@EventTime long at, @Nullable String text, @Nullable Long number) {}

  private final JsonProjection<Sample> projection =
      JsonProjection.of(Sample.class, List.of("color", "id", "size", "active"));

  @Test
  void read_declaredFields_areSlicesOfTheRecord() throws Exception {
    byte[] json =
        "{\"at\":7,\"id\":\"é\",\"count\":1,\"size\":-25,\"active\":true,\"color\":\"dark-blue\"}"
            .getBytes(UTF_8);

    Projected projected = projection.read(json);

    assertThat(projected.at()).isEqualTo(7);
    assertThat(projected.json()).isSameAs(json);
    assertThat(projected.text()).isSameAs(json);
    assertThat(projected.spans()).containsExactly(62, 9, 14, 2, 35, 3, 48, 4);
    assertThat(projected.string(0)).isEqualTo("dark-blue");
    assertThat(projected.string(1)).isEqualTo("é");
    assertThat(projected.number(2)).isEqualTo(-25);
    assertThat(projected.string(3)).isEqualTo("true");
  }

  @Test
  void read_absentAndEmptyFields_areToldApart() throws Exception {
    Projected projected = read("{\"size\":null,\"at\":7,\"id\":\"\",\"count\":1}");

    assertThat(projected.has(0)).isFalse();
    assertThat(projected.has(1)).isTrue();
    assertThat(projected.length(1)).isZero();
    assertThat(projected.has(2)).isFalse();
    assertThat(projected.start(2)).isEqualTo(-1);
    assertThat(projected.length(2)).isZero();
  }

  @Test
  void read_escapedDeclaredField_isASliceOfAnotherText() throws Exception {
    byte[] json =
        "{\"at\":7,\"id\":\"a\\/\\u00e9\",\"count\":1,\"color\":\"r\\u0065d\",\"size\":3}"
            .getBytes(UTF_8);

    Projected projected = projection.read(json);

    assertThat(projected.json()).isSameAs(json);
    assertThat(projected.text()).isEqualTo("reda/é3".getBytes(UTF_8));
    assertThat(projected.spans()).containsExactly(0, 3, 3, 4, 7, 1, -1, 0);
  }

  @Test
  void read_escapesElsewhere_leavesTheSlicesInTheRecord() throws Exception {
    Projected projected =
        read("{\"at\":7,\"id\":\"a\",\"count\":1,\"part\":{\"name\":\"\\n\"},\"x\":\"\\u0000\"}");

    assertThat(projected.text()).isSameAs(projected.json());
    assertThat(projected.string(1)).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "-1, -1",
    "999999999999999999, 999999999999999999",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808"
  })
  void number_integer_isItsCanonicalForm(String written, String canonical) throws Exception {
    Projected projected = read("{\"at\":7,\"id\":\"a\",\"count\":1,\"size\":" + written + "}");

    assertThat(projected.string(2)).isEqualTo(canonical);
    assertThat(projected.number(2)).isEqualTo(Long.parseLong(canonical));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void read_textsAndIntegersOfAnyLength_areWhole(boolean textIsLast) throws Exception {
    JsonProjection<Measured> measured =
        JsonProjection.of(Measured.class, List.of("text", "number", "at"));
    for (int length = 0; length <= 40; length++) {
      String text = "x".repeat(length);
      for (int digits = 1; digits <= 19; digits++) {
        String number = "1234567890123456789".substring(0, digits);
        String numberField = "\"number\":" + number;
        String textField = "\"text\":\"" + text + "\"";
        String fields = textIsLast ? numberField + "," + textField : textField + "," + numberField;

        Projected read = measured.read(("{\"at\":" + number + "," + fields + "}").getBytes(UTF_8));

        assertThat(read.string(0)).isEqualTo(text);
        assertThat(read.number(1)).isEqualTo(Long.parseLong(number));
        assertThat(read.at()).isEqualTo(Long.parseLong(number));
      }
    }
  }

  @Test
  void read_fieldsLeftOut_areAbsent() throws Exception {
    Projected projected = read("{\"at\":7,\"id\":\"a\",\"count\":1,\"color\":\"red\"}");

    assertThat(projected.string(0)).isEqualTo("red");
    assertThat(projected.has(2)).isFalse();
    assertThat(projected.has(3)).isFalse();
  }

  @Test
  void read_isoTime_isMilliseconds() throws Exception {
    String json = "{\"at\":\"1970-01-01T00:00:01Z\",\"id\":\"a\",\"count\":1}";

    Projected undeclared = read(json);
    assertThat(undeclared.at()).isEqualTo(1000);
    assertThat(undeclared.text()).isSameAs(undeclared.json());
    Projected declared =
        JsonProjection.of(Sample.class, List.of("at", "id")).read(json.getBytes(UTF_8));
    assertThat(declared.at()).isEqualTo(1000);
    assertThat(declared.string(0)).isEqualTo("1000");
    assertThat(declared.string(1)).isEqualTo("a");
  }

  @Test
  void read_byteOrderMark_isNoPartOfASlice() throws Exception {
    assertThat(read("\uFEFF{\"at\":7,\"id\":\"a\",\"count\":1}").string(1)).isEqualTo("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "}",
        "{",
        "{}",
        "{\"at\":7,\"id\":\"a\",\"count\":1}}",
        "{\"at\":7,\"id\":\"a\",\"count\":1,}",
        "{\"at\":07,\"id\":\"a\",\"count\":1}",
        "{\"at\":7,\"id\":\"a\nb\",\"count\":1}",
        "{\"at\":7,\"id\":\"a\",\"count\":12345678901}",
        "{\"at\":7,\"id\":\"a\",\"count\":1,\"count\":1}",
        "{\"at\":7,\"id\":\"a\",\"count\":1",
        "{\"at\":7,\"id\":\"a\"}",
        "{\"at\":7,\"id\":\"123456789\",\"count\":1}",
        "{\"at\":7,\"id\":\"a\",\"count\":1.0}",
        "{\"at\":7,\"id\":\"a\",\"count\":1,\"percent\":101}",
        "{\"at\":7,\"id\":\"a\",\"count\":1,\"latitude\":90.5}",
        "{\"at\":7,\"id\":\"a\",\"count\":1,\"part\":{\"name\":\"forbidden\"}}",
        "{\"at\":7,\"id\":\"a\",\"count\":1,\"parts\":[{\"name\":\"\\ud83c\"}]}",
        "{\"at\":7,\"id\":\"a\",\"count\":1,\"sizes\":{\"a\":1,\"a\":2}}",
        "{\"at\":7,\"id\":\"a\",\"count\":1,\"x\":[}"
      })
  void read_notARecord_isRefusedAsByTheCodec(String json) {
    RejectedException expected =
        catchThrowableOfType(
            RejectedException.class, () -> JsonCodec.of(Sample.class).decode(json.getBytes(UTF_8)));

    RejectedException actual = catchThrowableOfType(RejectedException.class, () -> read(json));

    assertThat(actual).hasMessage(expected.getMessage());
    assertThat(actual.stage()).isEqualTo(expected.stage());
    assertThat(actual.rejection()).isEqualTo(expected.rejection());
  }

  @Test
  void read_selfCheckingRecord_asksItsConstructor() throws Exception {
    JsonProjection<Reversible> times = JsonProjection.of(Reversible.class, List.of("until"));

    assertThat(times.read("{\"at\":1,\"until\":2}".getBytes(UTF_8)).number(0)).isEqualTo(2);
    assertThat(
            catchThrowableOfType(
                RejectedException.class,
                () -> times.read("{\"at\":2,\"until\":1}".getBytes(UTF_8))))
        .hasMessageContaining("must not end before it starts");
  }

  @Test
  void read_afterARefusal_startsAnew() throws Exception {
    assertThat(catchThrowableOfType(RejectedException.class, () -> read("{\"size\":3,")))
        .isNotNull();

    assertThat(read("{\"at\":7,\"id\":\"a\",\"count\":1}").has(2)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ratio", "part", "parts", "sizes", "raw", "Id", "", "active"})
  void of_fieldWithoutSuchAForm_isRefused(String field) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonProjection.of(Sample.class, List.of("active", field)))
        .withMessageContaining("\"" + field + "\"");
  }

  @Test
  void of_typeWithoutEventTime_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonProjection.of(Untimed.class, List.of("id")))
        .withMessageContaining("@EventTime");
  }

  private Projected read(String json) throws RejectedException {
    return projection.read(json.getBytes(UTF_8));
  }
}
