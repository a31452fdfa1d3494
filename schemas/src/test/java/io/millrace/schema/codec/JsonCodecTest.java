package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {
  private final JsonCodec<Sample> codec = JsonCodec.of(Sample.class);

  // Decoding: what is accepted.

  @Test
  void decode_everyField_readsEach() throws Exception {
    Sample sample =
        decode(
            """
            {"at": 5, "id": "a", "count": -1, "percent": 100, "size": 9007199254740993,
             "ratio": 0.25, "latitude": -90, "active": true, "color": "dark-blue",
             "part": {"name": "p", "weight": 2}, "parts": [{"name": "q"}], "sizes": {"x": 1},
             "raw": {"n": 1.10, "deep": [[], {}, "\\u00e9", null, 1e400]}}
            """);

    assertThat(sample)
        .isEqualTo(
            new Sample(
                5,
                "a",
                -1,
                100,
                9007199254740993L,
                0.25,
                -90.0,
                true,
                Sample.Color.DARK_BLUE,
                new Sample.Part("p", 2),
                List.of(new Sample.Part("q", null)),
                Map.of("x", 1L),
                "{\"n\":1.10,\"deep\":[[],{},\"é\",null,1e400]}"));
  }

  @Test
  void decode_optionalFieldNull_isTheSameAsMissing() throws Exception {
    assertThat(decode("{\"at\":5,\"id\":\"a\",\"count\":1,\"percent\":null,\"parts\":null}"))
        .isEqualTo(Sample.of(5, "a", 1));
  }

  @Test
  void decode_unknownFields_ignoresThem() throws Exception {
    assertThat(
            decode(
                "{\"x\":[1,{\"at\":2}],\"at\":5,\"id\":\"a\",\"count\":1,\"x\":null,\"\":1e999999999}"))
        .isEqualTo(Sample.of(5, "a", 1));
  }

  @Test
  void decode_byteOrderMarkAndBlanksAround_skipsThem() throws Exception {
    assertThat(decode("\uFEFF\r\n\t " + sample("") + " \n")).isEqualTo(Sample.of(5, "a", 1));
  }

  @Test
  void decode_escapedNames_areTheSameNames() throws Exception {
    assertThat(decode("{\"\\u0061t\":5,\"i\\u0064\":\"a\",\"count\":1}"))
        .isEqualTo(Sample.of(5, "a", 1));
  }

  @ParameterizedTest
  @CsvSource({
    "0,                     0",
    "-0,                    0",
    "9223372036854775807,   9223372036854775807",
    "-9223372036854775808, -9223372036854775808"
  })
  void decode_long_coversAllOf64Bits(String number, long expected) throws Exception {
    assertThat(decode(sample("\"size\":" + number)).size()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, Integer.MAX_VALUE})
  void decode_int_coversAllOf32Bits(int number) throws Exception {
    assertThat(decode("{\"at\":5,\"id\":\"a\",\"count\":" + number + "}").count())
        .isEqualTo(number);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "-0, 0", "-0.0, -0.0", "1e3, 1000", "1e-999999999, 0", "0.1e1, 1"})
  void decode_double_readsEveryForm(String number, double expected) throws Exception {
    assertThat(decode(sample("\"ratio\":" + number)).ratio()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-31T09:30:00Z,               1769851800000",
    "2026-01-31T09:30Z,                  1769851800000",
    "2026-01-31t09:30:00z,               1769851800000",
    "2026-01-31T10:30:00+01:00,          1769851800000",
    "2026-01-31T10:30:00+0100,           1769851800000",
    "2026-01-31T10:30:00+01,             1769851800000",
    "2026-01-31T03:45:00-05:45,          1769851800000",
    "2026-01-31T09:30:00-00:00,          1769851800000",
    "2026-01-31T09:30:00.5Z,             1769851800500",
    "2026-01-31T09:30:00.123999999Z,     1769851800123",
    "1969-12-31T23:59:59.999999999Z,                -1",
    "1970-01-01T00:00:00Z,                           0",
    "2024-02-29T12:00:00Z,               1709208000000",
    "9999-12-31T23:59:59.999Z,         253402300799999"
  })
  void decode_isoTime_isMillisecondsTowardsThePast(String text, long expected) throws Exception {
    assertThat(decode("{\"at\":\"" + text + "\",\"id\":\"a\",\"count\":1}").at())
        .isEqualTo(expected);
  }

  @Test
  void decode_stringOfExactlyMaxLength_countsCodePoints() throws Exception {
    String eight = "\uD83C\uDFB5".repeat(8);
    assertThat(decode("{\"at\":5,\"id\":\"" + eight + "\",\"count\":1}").id()).isEqualTo(eight);
    assertRejected(
        "{\"at\":5,\"id\":\"" + eight + "x\",\"count\":1}",
        Stage.VALIDATE,
        Rejection.TOO_LONG,
        "field \"id\" is longer than 8 characters");
  }

  @Test
  void decode_escapedSurrogatePair_isOneCharacter() throws Exception {
    assertThat(decode("{\"at\":5,\"id\":\"\\ud83c\\uDFB5\",\"count\":1}").id())
        .isEqualTo("\uD83C\uDFB5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u200b",
        "\u202e",
        "\ufeff",
        "\u0000",
        " a ",
        "e\u0301",
        "\u00e9",
        "\u001b[31m",
        "\r\n",
        "${x}",
        "<b>",
        "';--",
        "a:* \\"
      })
  void decode_awkwardText_isKeptAsItIsAndWrittenBack(String id) throws Exception {
    Sample sample = Sample.of(5, id, 1);

    assertThat(decode(new String(JsonCodec.of(Sample.class).encode(sample), UTF_8)).id())
        .isEqualTo(id);
  }

  @Test
  void decode_textsThatLookAlike_differ() throws Exception {
    Set<String> ids = new HashSet<>();
    for (String id : List.of("\u00e9", "e\u0301", "E\u0301", "a", "A", "a ", " a", "")) {
      ids.add(decode("{\"at\":5,\"id\":\"" + id + "\",\"count\":1}").id());
    }
    assertThat(ids).hasSize(8);
  }

  @Test
  void decode_namesOfOneHash_areToldApart() throws Exception {
    int names = 1 << 12;
    StringBuilder sizes = new StringBuilder("\"sizes\":{");
    StringBuilder unknown = new StringBuilder();
    for (int i = 0; i < names; i++) {
      StringBuilder name = new StringBuilder();
      for (int bit = 0; bit < 12; bit++) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      sizes.append(i == 0 ? "" : ",").append('"').append(name).append("\":").append(i);
      unknown.append(",\"").append(name).append("\":1");
    }

    assertThat(decode(sample(sizes + "}" + unknown)).sizes()).hasSize(names);
  }

  @Test
  void decode_everNewUnknownNames_areIgnored() throws Exception {
    JsonCodec<Sample> codec = JsonCodec.of(Sample.class);
    for (int record = 0; record < 20; record++) {
      StringBuilder fields = new StringBuilder("\"x\":1");
      for (int name = 0; name < 10_000; name++) {
        fields.append(",\"junk").append(record * 10_000 + name).append("\":1");
      }
      assertThat(codec.decode(bytes(sample(fields.toString()), UTF_8)))
          .isEqualTo(Sample.of(5, "a", 1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.1,                     0.1",
    "0.2,                     0.2",
    "0.30000000000000004,     0.30000000000000004",
    "4.9e-324,                4.9e-324",
    "1.7976931348623157e308,  1.7976931348623157e308"
  })
  void decode_double_isTheNearestThereIs(String number, double expected) throws Exception {
    assertThat(decode(sample("\"ratio\":" + number)).ratio()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"90", "-90", "90.0", "-0.0"})
  void decode_latitudeOfAPole_isTaken(String latitude) throws Exception {
    assertThat(decode(sample("\"latitude\":" + latitude)).latitude())
        .isEqualTo(Double.parseDouble(latitude));
  }

  @Test
  void decode_sameCodecAfterRejection_readsTheNextRecord() throws Exception {
    assertThat(reject(bytes("{\"at\":5,\"id\":\"\u00e9", ISO_8859_1)).rejection())
        .isEqualTo(Rejection.NOT_UTF8);
    assertThat(decode(sample(""))).isEqualTo(Sample.of(5, "a", 1));
  }

  @Test
  void decode_mapWithManyEntries_keepsTheirOrder() throws Exception {
    assertThat(decode(sample("\"sizes\":{\"z\":1,\"a\":2,\"m\":3}")).sizes())
        .containsExactly(Map.entry("z", 1L), Map.entry("a", 2L), Map.entry("m", 3L));
  }

  // Decoding: bytes that are not one JSON object.

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n", "\uFEFF", "\uFEFF \t"})
  void decode_nothing_isEmpty(String json) {
    assertRejected(json, Stage.DECODE, Rejection.EMPTY, "found nothing");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "null, null",
        "[], an array",
        "[{}], an array",
        "true, a boolean",
        "5, an integer",
        "1.5, a number with a fraction",
        "\"at\", a string"
      })
  void decode_otherJsonValue_isNotAnObject(String json, String found) {
    assertRejected(json, Stage.DECODE, Rejection.NOT_AN_OBJECT, "found " + found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "at=5",
        "{at:5}",
        "{'at':5}",
        "{\"at\":5,}",
        "{\"at\":05}",
        "{\"at\":+5}",
        "{\"at\":.5}",
        "{\"at\":5.}",
        "{\"at\":0x5}",
        "{\"ratio\":NaN}",
        "{\"ratio\":Infinity}",
        "{\"ratio\":-Infinity}",
        "{\"at\" 5}",
        "{\"x\":[1,]}",
        "{\"x\":[1}",
        "{\"x\":\"\\x\"}",
        "{\"x\":\"\\u12g4\"}",
        "{\"x\":\"tab\there\"}",
        "{\"x\":\"nul\0\"}",
        "{\"a\0b\":1}",
        "{\"x\":1 /* comment */}",
        "\0",
        "\0{}",
        "{\0}",
        "}"
      })
  void decode_malformed_isNotJson(String json) {
    assertRejected(json, Stage.DECODE, Rejection.NOT_JSON, "not JSON near byte ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"",
        "{\"at",
        "{\"at\"",
        "{\"at\":",
        "{\"at\":5",
        "{\"at\":5,",
        "{\"id\":\"a",
        "{\"id\":\"\\",
        "{\"id\":\"\\u12",
        "{\"x\":[",
        "{\"parts\":[{\"name\":\"a\"}",
        "{\"parts\":[{\"name\":\"a\"},",
        "{\"sizes\":{\"a\":1",
        "{\"raw\":{\"a\":1",
        "{\"x\":{\"y\":[{}"
      })
  void decode_cutShort_isTruncated(String json) {
    assertRejected(json, Stage.DECODE, Rejection.TRUNCATED, "the JSON ends in the middle");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", ",", "x", "}", "]", "\0", "null", "\uFEFF", "/"})
  void decode_somethingAfterTheObject_isTrailingContent(String tail) {
    assertRejected(
        sample("") + "\n" + tail,
        Stage.DECODE,
        Rejection.TRAILING_CONTENT,
        "expected nothing after the JSON object");
  }

  @Test
  void decode_notUtf8_namesTheByte() {
    // Each stands for the value of a string that begins at byte 6.
    Map<String, byte[]> broken = new LinkedHashMap<>();
    broken.put("Latin-1", new byte[] {(byte) 0xE9});
    broken.put("overlong slash", new byte[] {(byte) 0xC0, (byte) 0xAF});
    broken.put("overlong NUL", new byte[] {(byte) 0xC0, (byte) 0x80});
    broken.put("three bytes overlong", new byte[] {(byte) 0xE0, (byte) 0x80, (byte) 0xAF});
    broken.put("encoded surrogate", new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80});
    broken.put("beyond U+10FFFF", new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80});
    broken.put("continuation alone", new byte[] {(byte) 0x80});
    broken.put("never a byte of UTF-8", new byte[] {(byte) 0xFF});

    broken.forEach(
        (what, value) -> {
          ByteArrayOutputStream json = new ByteArrayOutputStream();
          json.writeBytes(bytes("{\"x\":\"", UTF_8));
          json.writeBytes(value);
          json.writeBytes(bytes("\",\"at\":5,\"id\":\"a\",\"count\":1}", UTF_8));
          RejectedException rejected = reject(json.toByteArray());
          assertThat(rejected.rejection()).as(what).isEqualTo(Rejection.NOT_UTF8);
          assertThat(rejected).as(what).hasMessage("not UTF-8 at byte 6");
        });
  }

  @Test
  void decode_cutInsideACharacter_isNotUtf8() {
    byte[] json = bytes("{\"at\":5,\"id\":\"\u20AC", UTF_8);
    assertThat(reject(Arrays.copyOf(json, json.length - 1)).rejection())
        .isEqualTo(Rejection.NOT_UTF8);
  }

  @Test
  void decode_notUtf8BeyondTheFirstBuffer_namesTheByte() {
    byte[] json = bytes(" ".repeat(5000) + "\u00e9", ISO_8859_1);
    assertThat(reject(json)).hasMessage("not UTF-8 at byte 5000");
  }

  @Test
  void decode_otherUnicodeEncodings_areRefused() {
    String json = sample("");
    assertThat(reject(bytes(json, UTF_16BE)).rejection()).isEqualTo(Rejection.NOT_JSON);
    assertThat(reject(bytes(json, UTF_16LE)).rejection()).isEqualTo(Rejection.NOT_JSON);
    assertThat(reject(bytes(json, Charset.forName("UTF-32BE"))).rejection())
        .isEqualTo(Rejection.NOT_JSON);
    assertThat(reject(bytes(json, Charset.forName("UTF-32LE"))).rejection())
        .isEqualTo(Rejection.NOT_JSON);
    assertThat(reject(bytes("\uFEFF" + json, UTF_16BE)).rejection()).isEqualTo(Rejection.NOT_UTF8);
    assertThat(reject(bytes("\uFEFF" + json, UTF_16LE)).rejection()).isEqualTo(Rejection.NOT_UTF8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"x\":", "\"raw\":{\"x\":", "\"parts\":[{\"x\":"})
  void decode_nesting_isBounded(String before) {
    int open = 1 + (int) before.chars().filter(c -> c == '{' || c == '[').count();
    String deepest = "[".repeat(JsonCodec.MAX_DEPTH - open) + "1";
    assertRejected(
        "{" + before + deepest, Stage.DECODE, Rejection.TRUNCATED, "the JSON ends in the middle");
    for (int extra : new int[] {1, 500, 100_000}) {
      assertRejected(
          "{" + before + "[".repeat(extra) + deepest,
          Stage.DECODE,
          Rejection.TOO_DEEP,
          "nested deeper than 100 levels");
    }
  }

  @Test
  void decode_nameTooLong_isTooLong() throws Exception {
    String name = "n".repeat(JsonCodec.MAX_NAME_LENGTH - 100);
    assertThat(decode(sample("\"" + name + "\":1"))).isEqualTo(Sample.of(5, "a", 1));
    assertRejected(
        sample("\"" + "n".repeat(2 * JsonCodec.MAX_NAME_LENGTH) + "\":1"),
        Stage.DECODE,
        Rejection.TOO_LONG,
        "Name length");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "size", "ratio", "raw"})
  void decode_numberTooLong_isTooLong(String field) {
    assertRejected(
        sample("\"" + field + "\":" + "1".repeat(JsonCodec.MAX_NUMBER_LENGTH + 1)),
        Stage.DECODE,
        Rejection.TOO_LONG,
        "Number value length (1001)");
  }

  @Test
  void decode_numberTooLongAtTheDeepestLevel_isTooLongNotTooDeep() {
    assertRejected(
        "{\"x\":" + "[".repeat(JsonCodec.MAX_DEPTH - 1) + "1".repeat(1001),
        Stage.DECODE,
        Rejection.TOO_LONG,
        "Number value length (1001)");
  }

  @Test
  void decode_recordTooLarge_isRefusedUnread() throws Exception {
    String frame = sample("\"x\":\"\"");
    byte[] largest =
        bytes(sample("\"x\":\"" + "x".repeat(JsonCodec.MAX_BYTES - frame.length()) + "\""), UTF_8);
    assertThat(codec.decode(largest)).isEqualTo(Sample.of(5, "a", 1));

    RejectedException rejected = reject(new byte[20 * 1024 * 1024 + 1]);
    assertThat(rejected.stage()).isEqualTo(Stage.DECODE);
    assertThat(rejected.rejection()).isEqualTo(Rejection.TOO_LARGE);
    assertThat(rejected).hasMessage("has 20971521 bytes, at most 16777216 may be");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"at\":6",
        "\"at\":null",
        "\"part\":{\"name\":\"a\",\"name\":\"b\"}",
        "\"sizes\":{\"k\":1,\"k\":1}",
        "\"percent\":null,\"percent\":5"
      })
  void decode_knownFieldTwice_isDuplicateField(String fields) {
    assertRejected(sample(fields), Stage.DECODE, Rejection.DUPLICATE_FIELD, "twice");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`{\"at\":\"late\",`, TRUNCATED",
        "`{\"at\":\"late\",]`, NOT_JSON",
        "`{\"parts\":[{\"name\":5}}`, NOT_JSON",
        "`{\"at\":\"late\"} {}`, TRAILING_CONTENT",
        "`{\"at\":\"late\"`, TRUNCATED"
      })
  void decode_badFieldInBadJson_isRefusedAsBadJson(String json, Rejection expected) {
    RejectedException rejected = reject(bytes(json, UTF_8));
    assertThat(rejected.stage()).isEqualTo(Stage.DECODE);
    assertThat(rejected.rejection()).isEqualTo(expected);
  }

  @Test
  void decode_malformed_quotesNothingOfTheRecord() {
    assertThat(reject(bytes("{\"id\":secretsecret}", UTF_8))).message().doesNotContain("secret");
    assertThat(reject(bytes("{\"at\":\"secret\"}", UTF_8))).message().doesNotContain("secret");
  }

  // Decoding: JSON objects that are not a value of the type.

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`{}`, at",
        "`{\"at\":5,\"count\":1}`, id",
        "`{\"at\":5,\"id\":null,\"count\":1}`, id",
        "`{\"at\":5,\"id\":\"a\",\"count\":null}`, count",
        "`{\"at\":null,\"id\":\"a\",\"count\":1}`, at",
        "`{\"At\":5,\"id\":\"a\",\"count\":1}`, at",
        "`{\"at\":5,\"id\":\"a\",\"count\":1,\"part\":{}}`, name",
        "`{\"at\":5,\"id\":\"a\",\"count\":1,\"parts\":[{\"name\":\"a\"},{\"weight\":1}]}`, name"
      })
  void decode_requiredFieldMissingOrNull_isMissingField(String json, String field) {
    assertRejected(
        json,
        Stage.VALIDATE,
        Rejection.MISSING_FIELD,
        "required field \"" + field + "\" is missing or null");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`\"size\":\"5\"`,       `field \"size\" must be an integer, not a string`",
        "`\"size\":1.0`,         `field \"size\" must be an integer, not a number with a fraction`",
        "`\"size\":1e3`,         `field \"size\" must be an integer, not a number with a fraction`",
        "`\"size\":1e999999999`, `field \"size\" must be an integer, not a number with a fraction`",
        "`\"size\":true`,        `field \"size\" must be an integer, not a boolean`",
        "`\"size\":[1]`,         `field \"size\" must be an integer, not an array`",
        "`\"ratio\":\"0.5\"`,    `field \"ratio\" must be a number, not a string`",
        "`\"ratio\":\"NaN\"`,    `field \"ratio\" must be a number, not a string`",
        "`\"active\":1`,         `field \"active\" must be a boolean, not an integer`",
        "`\"active\":\"true\"`,  `field \"active\" must be a boolean, not a string`",
        "`\"color\":1`,          `field \"color\" must be a string, not an integer`",
        "`\"part\":[]`,          `field \"part\" must be an object, not an array`",
        "`\"parts\":{}`,         `field \"parts\" must be an array, not an object`",
        "`\"parts\":[null]`,     `field \"parts\" must be an object, not null`",
        "`\"sizes\":{\"a\":null}`, `field \"sizes\" must be an integer, not null`",
        "`\"raw\":[]`,           `field \"raw\" must be an object, not an array`"
      })
  void decode_otherType_isWrongType(String field, String message) {
    assertRejected(sample(field), Stage.VALIDATE, Rejection.WRONG_TYPE, message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5.0", "1e3", "true", "[5]", "{}"})
  void decode_timeOfOtherType_isWrongType(String value) {
    assertRejected(
        "{\"at\":" + value + ",\"id\":\"a\",\"count\":1}",
        Stage.VALIDATE,
        Rejection.WRONG_TYPE,
        "field \"at\" must be an integer or an ISO-8601 time, not ");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`\"size\":9223372036854775808`,  size, -9223372036854775808, 9223372036854775807",
        "`\"size\":-9223372036854775809`, size, -9223372036854775808, 9223372036854775807",
        "`\"percent\":-1`,                percent, 0, 100",
        "`\"percent\":101`,               percent, 0, 100",
        "`\"percent\":99999999999999999999`, percent, 0, 100",
        "`\"part\":{\"name\":\"a\",\"weight\":2147483648}`, weight, -2147483648, 2147483647",
        "`\"part\":{\"name\":\"a\",\"weight\":-2147483649}`, weight, -2147483648, 2147483647",
        "`\"latitude\":90.0001`,          latitude, -90.0, 90.0",
        "`\"latitude\":-1e400`,           latitude, -90.0, 90.0",
        "`\"ratio\":1e400`, ratio, -1.7976931348623157E308, 1.7976931348623157E308",
        "`\"ratio\":1e999999999`, ratio, -1.7976931348623157E308, 1.7976931348623157E308"
      })
  void decode_numberBeyondItsRange_isOutOfRange(String field, String name, String min, String max) {
    assertRejected(
        sample(field),
        Stage.VALIDATE,
        Rejection.OUT_OF_RANGE,
        "field \"" + name + "\" must be from " + min + " to " + max);
  }

  @Test
  void decode_unknownEnumName_isOutOfRange() {
    for (String name : List.of("green", "RED", "dark_blue", "")) {
      assertRejected(
          sample("\"color\":\"" + name + "\""),
          Stage.VALIDATE,
          Rejection.OUT_OF_RANGE,
          "field \"color\" must be one of red, dark-blue");
    }
  }

  @Test
  void decode_constructorRefuses_isOutOfRangeWithItsMessage() {
    assertRejected(
        sample("\"part\":{\"name\":\"forbidden\"}"),
        Stage.VALIDATE,
        Rejection.OUT_OF_RANGE,
        "a part must not be called forbidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "2026-01-31",
        "2026-01-31T09:30:00",
        "2026-01-31 09:30:00Z",
        "2026-01-31T09Z",
        "2026-01-31T09:30:00 Z",
        "2026-01-31T09:30:00ZZ",
        "2026-01-31T09:30:00+1",
        "2026-01-31T09:30:00+18:01",
        "2026-01-31T09:30:00Z[UTC]",
        "2026-01-31T09:30:00.0123456789Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T09:60:00Z",
        "2016-12-31T23:59:60Z",
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "20260131T093000Z",
        "+999999999-12-31T23:59:59Z",
        "1769851800000"
      })
  void decode_otherTimeText_isInvalidTime(String text) {
    assertRejected(
        "{\"at\":\"" + text + "\",\"id\":\"a\",\"count\":1}",
        Stage.VALIDATE,
        Rejection.INVALID_TIME,
        "such as 2026-01-31T09:30:00Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"part\":{\"name\":\"\\ud800\"}",
        "\"part\":{\"name\":\"\\udc00\"}",
        "\"part\":{\"name\":\"\\udc00\\ud800\"}",
        "\"part\":{\"name\":\"a\\ud800b\"}",
        "\"part\":{\"name\":\"\\ud800\\ud83c\\udfb5\"}",
        "\"sizes\":{\"\\ud800\":1}",
        "\"raw\":{\"a\":[\"\\ud800\"]}",
        "\"raw\":{\"\\udc00\":1}"
      })
  void decode_halfASurrogatePair_isInvalidUnicode(String field) {
    assertRejected(
        sample(field), Stage.VALIDATE, Rejection.INVALID_UNICODE, "half of a surrogate pair");
  }

  // Encoding.

  @Test
  void encode_absentFields_writesNull() {
    assertThat(encode(Sample.of(5, "a", 1)))
        .isEqualTo(
            "{\"at\":5,\"id\":\"a\",\"count\":1,\"percent\":null,\"size\":null,\"ratio\":null,"
                + "\"latitude\":null,\"active\":null,\"color\":null,\"part\":null,\"parts\":null,"
                + "\"sizes\":null,\"raw\":null}");
  }

  @Test
  void encode_awkwardText_writesUtf8() {
    assertThat(encode(Sample.of(5, "\"\\\n\0é\uD83C\uDFB5", 1)))
        .startsWith("{\"at\":5,\"id\":\"\\\"\\\\\\n\\u0000é\uD83C\uDFB5\"");
  }

  @Test
  void encode_surrogatePairAnywhereInALongText_isReadBack() throws Exception {
    JsonCodec<Sample.Part> parts = JsonCodec.of(Sample.Part.class);
    for (int before = 0; before < 10_000; before++) {
      Sample.Part part = new Sample.Part("x".repeat(before) + "\uD83C\uDFB5x", null);
      assertThat(parts.decode(parts.encode(part))).isEqualTo(part);
    }
  }

  @Test
  void encode_map_isOrderedByKey() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String name : List.of("z", "B", "é", "a")) {
      sizes.put(name, 1L);
    }
    assertThat(encode(withSizes(sizes))).contains("\"sizes\":{\"B\":1,\"a\":1,\"z\":1,\"é\":1}");
  }

  @Test
  void encode_rawJson_isWrittenAsItIs() {
    assertThat(encode(withRaw("{\"n\":1.10}"))).endsWith(",\"raw\":{\"n\":1.10}}");
  }

  @Test
  void encode_halfASurrogatePair_isRefused() {
    for (String half : List.of("\uD800", "\uDC00", "a\uD800", "\uD800b", "\uDC00\uD800")) {
      assertRefused(Sample.of(5, half, 1), "Sample has no JSON form: field \"id\" holds half");
      assertRefused(withSizes(Map.of(half, 1L)), "field \"sizes\" holds half");
      assertRefused(withRaw("{\"a\":\"" + half + "\"}"), "field \"raw\" holds half");
    }
  }

  @Test
  void encode_numberThatDecodeRefuses_isRefused() {
    assertRefused(withRatio(Double.NaN), "field \"ratio\" must be from");
    assertRefused(withRatio(Double.POSITIVE_INFINITY), "field \"ratio\" must be from");
    assertRefused(
        new Sample(5, "a", 1, 101, null, null, null, null, null, null, null, null, null),
        "field \"percent\" must be from 0 to 100");
  }

  @Test
  @SuppressWarnings("NullAway")
  void encode_nullWhereAValueMustBe_isRefused() {
    Map<String, Long> sizes = new HashMap<>();
    sizes.put("a", null);
    assertRefused(Sample.of(5, null, 1), "required field \"id\" is missing or null");
    assertRefused(withSizes(sizes), "field \"sizes\" must not hold null");
    assertRefused(
        new Sample(
            5,
            "a",
            1,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            Arrays.asList((Sample.Part) null),
            null,
            null),
        "field \"parts\" must not hold null");
  }

  @Test
  void encode_textTooLong_isRefused() {
    assertRefused(Sample.of(5, "123456789", 1), "field \"id\" is longer than 8 characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "[]", "1", "{", "{}{}", "{\"a\":1", "{\"a\":1}}", "{a:1}"})
  void encode_rawTextThatIsNoJsonObject_isRefused(String raw) {
    assertRefused(withRaw(raw), "field \"raw\" must be ");
  }

  // Types.

  record Hidden(int a) {}

  public record WithMisplacedTime(@EventTime String at) {}

  public record WithMisplacedRange(@Range(min = 0, max = 1) String text) {}

  public record WithMisplacedLength(@MaxLength(5) long number) {}

  public record WithMisplacedRaw(@RawJson long number) {}

  public record WithObject(Object any) {}

  @SuppressWarnings("ArrayRecordComponent")
  public record WithBytes(byte[] bytes) {}

  public record WithIntKeys(Map<Integer, String> names) {}

  @ParameterizedTest
  @ValueSource(
      classes = {
        Hidden.class,
        WithMisplacedTime.class,
        WithMisplacedRange.class,
        WithMisplacedLength.class,
        WithMisplacedRaw.class,
        WithObject.class,
        WithBytes.class,
        WithIntKeys.class,
        Fields65.class
      })
  void of_typeWithoutJsonForm_isRefused(Class<? extends Record> type) {
    assertThatIllegalArgumentException().isThrownBy(() -> JsonCodec.of(type));
  }

  @Test
  void of_64Components_tellsThemApart() throws Exception {
    JsonCodec<Fields64> wide = JsonCodec.of(Fields64.class);
    byte[] json = bytes("{\"f00\":1,\"f31\":2,\"f32\":3,\"f63\":4}", UTF_8);
    Fields64 fields = wide.decode(json);
    assertThat(fields.f00()).isEqualTo(1);
    assertThat(fields.f31()).isEqualTo(2);
    assertThat(fields.f32()).isEqualTo(3);
    assertThat(fields.f63()).isEqualTo(4);
    assertThat(fields.f01()).isNull();
  }

  private Sample decode(String json) throws RejectedException {
    return codec.decode(bytes(json, UTF_8));
  }

  private String encode(Sample sample) {
    return new String(codec.encode(sample), UTF_8);
  }

  /** A valid sample with more fields. */
  private static String sample(String fields) {
    return "{\"at\":5,\"id\":\"a\",\"count\":1" + (fields.isEmpty() ? "" : "," + fields) + "}";
  }

  private static Sample withRatio(double ratio) {
    return new Sample(5, "a", 1, null, null, ratio, null, null, null, null, null, null, null);
  }

  private static Sample withSizes(Map<String, Long> sizes) {
    return new Sample(5, "a", 1, null, null, null, null, null, null, null, null, sizes, null);
  }

  private static Sample withRaw(String raw) {
    return new Sample(5, "a", 1, null, null, null, null, null, null, null, null, null, raw);
  }

  private static byte[] bytes(String text, Charset charset) {
    return text.getBytes(charset);
  }

  private RejectedException reject(byte[] json) {
    return catchThrowableOfType(RejectedException.class, () -> codec.decode(json));
  }

  private void assertRejected(String json, Stage stage, Rejection rejection, String message) {
    RejectedException rejected = reject(bytes(json, UTF_8));
    assertThat(rejected).isNotNull().hasMessageContaining(message);
    assertThat(rejected.stage()).isEqualTo(stage);
    assertThat(rejected.rejection()).isEqualTo(rejection);
  }

  private void assertRefused(Sample sample, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encode(sample))
        .withMessageContaining(message);
  }
}
