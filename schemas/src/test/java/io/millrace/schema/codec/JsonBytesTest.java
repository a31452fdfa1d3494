package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read without the parser, and what is left to it. */
class JsonBytesTest {
  private static final String START = "{\"at\":5,\"id\":\"a\",\"count\":1";

  private final JsonCodec<Sample> codec = JsonCodec.of(Sample.class);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"at\":5,\"id\":\"a\",\"count\":1}",
        "{\"at\":-999999999999999999,\"id\":\"\",\"count\":-2147483648}",
        "{\"at\":-0,\"id\":\"12345678\",\"count\":2147483647}",
        "{\"count\":0,\"active\":true,\"id\":\"12345678\",\"size\":null,\"at\":0}",
        " { \"at\" : 5 ,\t\"id\"\n:\r\"é\u20ac\" , \"active\" : false , \"count\" : 7 } \n",
        "{\"at\":5,\"id\":\"\uD83C\uDFB5\",\"count\":1,\"percent\":100,\"part\":null}",
        "{\"at\":\"2026-01-31T09:30:00.123+01:00\",\"id\":\"a\",\"count\":1}",
        "{\"at\":\"2026-01-31T09:30\\u005a\",\"id\":\"a\",\"count\":1}",
      })
  void readBytes_plain_isWhatTheParserReads(String json) throws Exception {
    assertRead(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"id\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"id\":\"\\u0000\\u007f\\u0080\\u07FF\\u0800\\uffff\\ud83c\\udfb5\"",
        "\"id\":\"é\\u00e9é\\u00E9éééé\"",
        "\"id\":\"éééééééé\"",
      })
  void readBytes_escapes_isWhatTheParserReads(String id) throws Exception {
    assertRead(START.replace("\"id\":\"a\"", id) + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "-0.0",
        "0.0",
        "-0e9",
        "1",
        "-1.5",
        "0.1",
        "1e3",
        "1E-3",
        "1.25e+2",
        "1e-400",
        "9007199254740993",
        "9007199254740993.0",
        "123456789012345678",
        "-999999999999999999",
        "1234567890123456789012345678901234567890",
        "0.12345678901234567",
        "0.0000000000000001",
        "4.9e-324",
        "2.2250738585072012e-308",
        "1.7976931348623157e308",
        "179769313486231570000e288"
      })
  void readBytes_decimal_isWhatTheParserReads(String number) throws Exception {
    assertRead(START + ",\"ratio\":" + number + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"color\":\"red\"",
        "\"color\":\"dark\\u002dblue\"",
        "\"part\":{\"name\":\"p\"}",
        "\"part\":{ \"weight\" : null , \"x\" : { } , \"name\" : \"\" }",
        "\"parts\":[]",
        "\"parts\":[ {\"name\":\"p\"} , {\"name\":\"q\",\"weight\":2} ]",
        "\"sizes\":{ }",
        "\"sizes\":{\"\":-1 , \"é\" : 2}",
        "\"x\":[1,-0,1.5e300000,\"\\ud83c\",{\"at\":[],\"at\":null},true,false,[[ ]],{ }]",
        "\"x\":\"\",\"x\":null,\"\":0,\"a t\":1,\"AT\":2,\"\uD83C\uDFB5\":3"
      })
  void readBytes_structuresAndUnknownFields_isWhatTheParserReads(String fields) throws Exception {
    assertRead(START + "," + fields + "}");
    assertRead("{" + fields + "," + START.substring(1) + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}",
        "[]",
        "{,}",
        "{\"at\":5,\"id\":\"a\",\"count\":1",
        "{\"at\":5,\"id\":\"a\",\"count\":1}}",
        "{\"at\":5,\"id\":\"a\",\"count\":1},",
        "{\"at\":5,\"id\":\"a\",\"count\":1,}",
        "{\"at\":5,,\"id\":\"a\",\"count\":1}",
        "{\"at\":5 \"id\":\"a\",\"count\":1}",
        "{\"at\"5,\"id\":\"a\",\"count\":1}",
        "{\"at\":05,\"id\":\"a\",\"count\":1}",
        "{\"at\":-,\"id\":\"a\",\"count\":1}",
        "{\"at\":+5,\"id\":\"a\",\"count\":1}",
        "{\"at\":5.0,\"id\":\"a\",\"count\":1}",
        "{\"at\":5e3,\"id\":\"a\",\"count\":1}",
        "{\"at\":1000000000000000000,\"id\":\"a\",\"count\":1}",
        "{\"at\":\"2026-01-31\",\"id\":\"a\",\"count\":1}",
        "{\"at\":\"2026-01-31T09:30:00Z,\"id\":\"a\",\"count\":1}",
        "{\"at\":5,\"id\":\"a\",\"count\":2147483648}",
        "{\"at\":5,\"id\":\"123456789\",\"count\":1}",
        "{\"at\":5,\"id\":\"ééééééééé\",\"count\":1}",
        "{\"at\":5,\"id\":\"a\n\",\"count\":1}",
        "{\"at\":5,\"id\":\"\\x\",\"count\":1}",
        "{\"at\":5,\"id\":\"\\u00g0\",\"count\":1}",
        "{\"at\":5,\"id\":\"\\ud83c\",\"count\":1}",
        "{\"at\":5,\"id\":\"\\udfb5\",\"count\":1}",
        "{\"at\":5,\"id\":\"\\ud83c\\n\",\"count\":1}",
        "{\"at\":5,\"id\":\"\\ud83c\\ud83c\",\"count\":1}",
        "{\"at\":5,\"id\":\"a\\",
        "{\"at\":5,\"id\":\"a\\u00e",
        "{\"at\":5,\"id\":7,\"count\":1}",
        "{\"at\":5,\"id\":\"a\",\"count\":nul}",
        "{\"at\":5,\"id\":\"a\",\"c\\u006funt\":1}",
        "{\"at\":5,\"id\":\"a\"}",
        "{\"at\":5,\"id\":null,\"count\":1}",
      })
  void readBytes_anythingElse_isLeftToTheParser(String json) {
    assertThat(codec.readBytes(json.getBytes(UTF_8), 0)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"percent\":101",
        "\"percent\":-1",
        "\"active\":tru",
        "\"active\":falsy",
        "\"active\":nulll",
        "\"at\":5",
        "\"size\":null,\"size\":1",
        "\"latitude\":90.00000000000001",
        "\"latitude\":-91",
        "\"ratio\":1e400",
        "\"ratio\":.5",
        "\"ratio\":5.",
        "\"ratio\":1e",
        "\"ratio\":00",
        "\"color\":\"RED\"",
        "\"part\":[]",
        "\"part\":{}",
        "\"part\":{\"name\":\"p\",\"name\":\"p\"}",
        "\"part\":{\"name\":\"forbidden\"}",
        "\"parts\":[null]",
        "\"parts\":[{\"name\":\"p\"},]",
        "\"parts\":[{\"name\":\"p\"}",
        "\"sizes\":{\"a\":null}",
        "\"sizes\":{\"a\":1,\"a\":2}",
        "\"sizes\":{\"a\":1,}",
        "\"raw\":{}",
        "\"x\"",
        "\"x\":",
        "\"x\":[1,]",
        "\"x\":[1}",
        "\"x\":{\"a\"}",
        "\"x\":{1:2}",
        "\"x\":NaN",
        "\"x\":01",
        "\"x\":\"\\u12\"",
        "\"x\":\"\t\"",
        "\"\t\":0",
        "x:0"
      })
  void readBytes_otherField_isLeftToTheParser(String field) {
    assertThat(codec.readBytes((START + "," + field + "}").getBytes(UTF_8), 0)).isNull();
  }

  @Test
  void readBytes_atTheLimits_isReadAndBeyondThemLeft() throws Exception {
    for (String[] limit :
        new String[][] {
          {
            "\"x\":" + "[".repeat(99) + "]".repeat(99), "\"x\":" + "[".repeat(100) + "]".repeat(100)
          },
          {"\"x\":" + "1".repeat(1000), "\"x\":" + "1".repeat(1001)},
          {"\"x\":0." + "1".repeat(998), "\"x\":0." + "1".repeat(999)},
          {"\"" + "x".repeat(1024) + "\":0", "\"" + "x".repeat(1025) + "\":0"},
          {
            "\"part\":{\"name\":\"\\n" + "x".repeat(8187) + "\"}",
            "\"part\":{\"name\":\"\\n" + "x".repeat(8188) + "\"}"
          }
        }) {
      assertRead(START + "," + limit[0] + "}");
      assertThat(codec.readBytes((START + "," + limit[1] + "}").getBytes(UTF_8), 0)).isNull();
    }
  }

  @Test
  void readBytes_afterSomethingElse_startsAnew() {
    assertThat(codec.readBytes("{\"x\":[[[".getBytes(UTF_8), 0)).isNull();

    byte[] plain = "..{\"count\":1,\"at\":5,\"id\":\"b\"}".getBytes(UTF_8);
    assertThat(codec.readBytes(plain, 2)).isEqualTo(Sample.of(5, "b", 1));
  }

  @Test
  void readBytes_nameAtTheVeryEnd_isTheFieldsName() throws Exception {
    assertThat(codec.readBytes("{\"id\":\"a\",\"count\":1,\"at\":5}".getBytes(UTF_8), 0))
        .isEqualTo(Sample.of(5, "a", 1));
    for (String end : new String[] {"\"at\"", "\"at\":", "\"at\":5", "\"a", "\""}) {
      assertThat(codec.readBytes(("{\"id\":\"a\",\"count\":1," + end).getBytes(UTF_8), 0)).isNull();
    }
  }

  @Test
  void readBytes_everyCharAtEveryPlace_isReadOrLeft() {
    JsonCodec<Sample.Part> parts = JsonCodec.of(Sample.Part.class);
    for (int length = 1; length <= 20; length++) {
      for (int place = 0; place < length; place++) {
        for (char each = 0; each < 0x180; each++) {
          String name = "x".repeat(place) + each + "x".repeat(length - place - 1);
          Sample.Part part =
              parts.readBytes(("{\"name\":\"" + name + "\",\"weight\":1}").getBytes(UTF_8), 0);
          if (each < ' ' || each == '"' || each == '\\') {
            assertThat(part).as("%d in %s", (int) each, name).isNull();
          } else {
            assertThat(part).as("%d in %s", (int) each, name).isEqualTo(new Sample.Part(name, 1));
          }
        }
      }
    }
  }

  private void assertRead(String json) throws RejectedException {
    byte[] bytes = json.getBytes(UTF_8);
    assertThat(codec.readBytes(bytes, 0)).as(json).isNotNull().isEqualTo(codec.parse(bytes, 0));
  }
}
