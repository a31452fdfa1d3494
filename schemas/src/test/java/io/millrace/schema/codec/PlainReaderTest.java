package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read without the parser, and what is left to it. */
class PlainReaderTest {
  private final RecordShape<Sample> samples = RecordShape.of(Sample.class);
  private final PlainReader reader = new PlainReader(samples.fields());
  private final JsonCodec<Sample> codec = JsonCodec.of(Sample.class);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"at\":5,\"id\":\"a\",\"count\":1}",
        "{\"at\":-999999999999999999,\"id\":\"\",\"count\":-2147483648}",
        "{\"count\":0,\"active\":true,\"id\":\"12345678\",\"size\":null,\"at\":0}",
        " { \"at\" : 5 ,\t\"id\"\n:\r\"é\u20ac\" , \"active\" : false , \"count\" : 7 } \n",
        "{\"at\":5,\"id\":\"\uD83C\uDFB5\",\"count\":1,\"percent\":100,\"part\":null}",
      })
  void read_plain_isWhatTheParserReads(String json) throws Exception {
    byte[] bytes = json.getBytes(UTF_8);

    @Nullable Object[] values = Objects.requireNonNull(reader.read(bytes, 0));

    assertThat(samples.construct(values)).isEqualTo(codec.parse(bytes, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}",
        "[]",
        "{\"at\":5,\"id\":\"a\",\"count\":1",
        "{\"at\":5,\"id\":\"a\",\"count\":1}}",
        "{\"at\":5,\"id\":\"a\",\"count\":1},",
        "{\"at\":5,\"id\":\"a\",\"count\":1,}",
        "{\"at\":5,,\"id\":\"a\",\"count\":1}",
        "{\"at\":5 \"id\":\"a\",\"count\":1}",
        "{\"at\"5,\"id\":\"a\",\"count\":1}",
        "{\"at\":05,\"id\":\"a\",\"count\":1}",
        "{\"at\":-0,\"id\":\"a\",\"count\":1}",
        "{\"at\":-,\"id\":\"a\",\"count\":1}",
        "{\"at\":+5,\"id\":\"a\",\"count\":1}",
        "{\"at\":5.0,\"id\":\"a\",\"count\":1}",
        "{\"at\":5e3,\"id\":\"a\",\"count\":1}",
        "{\"at\":1000000000000000000,\"id\":\"a\",\"count\":1}",
        "{\"at\":\"2026-01-31T09:30:00Z\",\"id\":\"a\",\"count\":1}",
        "{\"at\":5,\"id\":\"a\",\"count\":2147483648}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"percent\":101}",
        "{\"at\":5,\"id\":\"123456789\",\"count\":1}",
        "{\"at\":5,\"id\":\"a\\n\",\"count\":1}",
        "{\"at\":5,\"id\":\"a\n\",\"count\":1}",
        "{\"at\":5,\"id\":7,\"count\":1}",
        "{\"at\":5,\"id\":\"a\",\"count\":nul}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"active\":tru}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"active\":falsy}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"active\":nulll}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"at\":5}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"size\":null,\"size\":1}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"other\":1}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"c\\u006funt\":1}",
        "{\"at\":5,\"id\":\"a\"}",
        "{\"at\":5,\"id\":null,\"count\":1}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"ratio\":1.5}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"color\":\"red\"}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"part\":{\"name\":\"p\"}}",
        "{\"at\":5,\"id\":\"a\",\"count\":1,\"parts\":[]}"
      })
  void read_anythingElse_isLeftToTheParser(String json) {
    assertThat(reader.read(json.getBytes(UTF_8), 0)).isNull();
  }

  @Test
  void read_afterSomethingElse_startsAnew() {
    assertThat(reader.read("{\"at\":5,\"id\":\"a\",".getBytes(UTF_8), 0)).isNull();

    byte[] plain = "..{\"count\":1,\"at\":5,\"id\":\"b\"}".getBytes(UTF_8);
    assertThat(reader.read(plain, 2)).startsWith(5L, "b", 1);
  }

  @Test
  void read_everyCharAtEveryPlace_isReadOrLeft() {
    PlainReader parts = new PlainReader(RecordShape.of(Sample.Part.class).fields());
    for (int length = 1; length <= 20; length++) {
      for (int place = 0; place < length; place++) {
        for (char each = 0; each < 0x180; each++) {
          String name = "x".repeat(place) + each + "x".repeat(length - place - 1);
          @Nullable Object[] values =
              parts.read(("{\"name\":\"" + name + "\",\"weight\":1}").getBytes(UTF_8), 0);
          if (each < ' ' || each == '"' || each == '\\') {
            assertThat(values).as("%d in %s", (int) each, name).isNull();
          } else {
            assertThat(values).as("%d in %s", (int) each, name).containsExactly(name, 1);
          }
        }
      }
    }
  }
}
