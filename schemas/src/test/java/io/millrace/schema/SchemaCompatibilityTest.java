package io.millrace.schema;

import static io.millrace.schema.codec.JsonSchema.Side.READ;
import static io.millrace.schema.codec.JsonSchema.Side.WRITTEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schema.SchemaCompatibility.Violation;
import io.millrace.schema.codec.JsonSchema.Side;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaCompatibilityTest {
  private static final String KEPT =
      """
      {"title": "t", "type": "object", "required": ["id", "items"], "properties": {
        "id": {"type": "string", "maxLength": 10},
        "level": {"type": ["string", "null"], "enum": ["low", "high", null]},
        "count": {"type": "integer", "minimum": 0, "maximum": 100},
        "at": {"type": "integer"},
        "day": {"type": "string", "format": "date"},
        "free": {"type": "string"},
        "items": {"type": "array", "items": {"type": "object", "required": ["rank"],
          "properties": {"rank": {"type": "integer", "minimum": 1}}}},
        "sizes": {"type": "object", "additionalProperties": {"type": "integer", "maximum": 9}},
        "any": {"type": "object"}}}
      """;

  /** Each row is one planted change, and the field that it breaks on each side, if any. */
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        // what;                                     becomes;                     READ;   WRITTEN
        "\"title\": \"t\";                           \"title\": \"u\";            ;       ",
        "\"required\": [\"id\", \"items\"]; \"required\": [\"id\", \"items\", \"at\"]; at; ",
        "\"required\": [\"id\", \"items\"];          \"required\": [\"id\"];      ;       items",
        "\"required\": [\"rank\"];                   \"required\": [];            ; items[].rank",
        "\"free\": {\"type\": \"string\"},;          ;                            ;       free",
        "\"free\": {\"type\": \"string\"}, ; \"free\": {\"type\": [\"string\", \"null\"]}, ;; free",
        "\"free\": {\"type\": \"string\"}, ; \"free\": {\"type\": \"integer\"},   ; free; free",
        "\"at\": {\"type\": \"integer\"}, ; \"at\": {\"type\": [\"integer\", \"string\"]}, ;; at",
        "\"at\": {\"type\": \"integer\"}, ; \"at\": {\"type\": \"number\"}, ; at; at",
        "[\"string\", \"null\"], \"enum\";          \"string\", \"enum\";         level;  ",
        "\"maxLength\": 10;                          \"maxLength\": 9;            id;     ",
        "\"maxLength\": 10;                          \"maxLength\": 11;           ;       id",
        ", \"maxLength\": 10;                        ``;                          ;       id",
        "\"free\": {\"type\": \"string\"; \"free\": {\"type\": \"string\", \"maxLength\": 5; free;",
        "\"minimum\": 0;                             \"minimum\": 1;              count;  ",
        "\"minimum\": 0;                             \"minimum\": -1;             ;       count",
        "\"maximum\": 100;                           \"maximum\": 99;             count;  ",
        "\"maximum\": 100;                           \"maximum\": 101;            ;       count",
        "\"minimum\": 1};                            \"minimum\": 2};             items[].rank;",
        "\"maximum\": 9};                            \"maximum\": 10};            ;       sizes{}",
        "[\"low\", \"high\", null];                  [\"high\", null];            level;  ",
        "[\"low\", \"high\", null]; [\"low\", \"mid\", \"high\", null];           ;       level",
        ", \"enum\": [\"low\", \"high\", null];      ``;                          ;       level",
        "\"format\": \"date\";                       \"format\": \"time\";        day;    day",
        ", \"format\": \"date\";                     ``;                          ;       day",
        "\"any\": {\"type\": \"object\"}; "
            + "\"any\": {\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}; any;",
        ", \"additionalProperties\": {\"type\": \"integer\", \"maximum\": 9}; ``; ;       sizes",
        "\"any\": ; \"new\": {\"type\": [\"string\", \"null\"]}, \"any\":         ;       ;"
      })
  void violations_plantedChange_namesTheField(
      String what, String becomes, String brokenForReaders, String brokenForConsumers) {
    assertThat(KEPT).contains(what);
    String changed = KEPT.replace(what, becomes == null ? "" : becomes);

    assertThat(broken(READ, changed)).isEqualTo(asList(brokenForReaders));
    assertThat(broken(WRITTEN, changed)).isEqualTo(asList(brokenForConsumers));
  }

  @Test
  void violations_nothingChanged_isEmpty() {
    assertThat(broken(READ, KEPT)).isEmpty();
    assertThat(broken(WRITTEN, KEPT)).isEmpty();
  }

  @Test
  void violations_message_namesTopicFieldAndRule() {
    assertThat(violations(READ, KEPT.replace("\"maximum\": 100", "\"maximum\": 99")))
        .extracting(Violation::toString)
        .containsExactly(
            "t, field count: \"maximum\" changed from 100 to 99;"
                + " jobs must still accept what producers write");
    assertThat(violations(WRITTEN, KEPT.replace("\"free\": {\"type\": \"string\"},", "")))
        .extracting(Violation::toString)
        .containsExactly(
            "t, field free: was removed; consumers must still be able to read what jobs write");
  }

  @Test
  void violations_severalChanges_namesEach() {
    String changed = KEPT.replace("\"maximum\": 100", "\"maximum\": 99").replace("10}", "9}");
    assertThat(broken(READ, changed)).containsExactly("id", "count");
  }

  @Test
  void violations_unknownKeyword_asksForARule() {
    String changed = KEPT.replace("\"maxLength\"", "\"pattern\": \"x\", \"maxLength\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> violations(READ, changed))
        .withMessageContaining("\"pattern\"");
  }

  private static List<String> broken(Side side, String changed) {
    return violations(side, changed).stream().map(Violation::field).toList();
  }

  private static List<Violation> violations(Side side, String changed) {
    return SchemaCompatibility.violations("t", side, schema(KEPT), schema(changed));
  }

  private static List<String> asList(String field) {
    return field == null ? List.of() : List.of(field);
  }

  private static ObjectNode schema(String json) {
    try {
      return (ObjectNode) new JsonMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + json, e);
    }
  }
}
