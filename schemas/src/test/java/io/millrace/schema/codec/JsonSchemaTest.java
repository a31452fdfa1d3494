package io.millrace.schema.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.schema.codec.JsonSchema.Side;
import org.junit.jupiter.api.Test;

class JsonSchemaTest {
  private static final String LONG =
      "\"minimum\": -9223372036854775808, \"maximum\": 9223372036854775807";
  private static final String INT = "\"minimum\": -2147483648, \"maximum\": 2147483647";

  @Test
  void of_read_leavesOptionalFieldsOutAndTakesTimesAsText() throws Exception {
    String part =
        """
        "required": ["name"], "properties": {
          "name": {"type": "string"},
          "weight": {"type": ["integer", "null"], %s}}}
        """
            .formatted(INT);
    assertSchema(
        Side.READ,
        """
        {"type": "object", "required": ["at", "id", "count"], "properties": {
          "at": {"type": ["integer", "string"], %s, "format": "date-time"},
        """
            .formatted(LONG),
        part);
  }

  @Test
  void of_written_hasEveryFieldAndTimesAsNumbers() throws Exception {
    String part =
        """
        "required": ["name", "weight"], "properties": {
          "name": {"type": "string"},
          "weight": {"type": ["integer", "null"], %s}}}
        """
            .formatted(INT);
    assertSchema(
        Side.WRITTEN,
        """
        {"type": "object",
         "required": ["at", "id", "count", "percent", "size", "ratio", "latitude", "active",
                      "color", "part", "parts", "sizes", "raw"],
         "properties": {
          "at": {"type": "integer", %s},
        """
            .formatted(LONG),
        part);
  }

  private static void assertSchema(Side side, String start, String part) throws Exception {
    String rest =
        """
          "id": {"type": "string", "maxLength": 8},
          "count": {"type": "integer", %s},
          "percent": {"type": ["integer", "null"], "minimum": 0, "maximum": 100},
          "size": {"type": ["integer", "null"], %s},
          "ratio": {"type": ["number", "null"]},
          "latitude": {"type": ["number", "null"], "minimum": -90.0, "maximum": 90.0},
          "active": {"type": ["boolean", "null"]},
          "color": {"type": ["string", "null"], "enum": ["red", "dark-blue", null]},
          "part": {"type": ["object", "null"], %s,
          "parts": {"type": ["array", "null"], "items": {"type": "object", %s},
          "sizes": {"type": ["object", "null"],
                    "additionalProperties": {"type": "integer", %s}},
          "raw": {"type": ["object", "null"]}}}
        """
            .formatted(INT, LONG, part, part, LONG);
    JsonMapper mapper = new JsonMapper();
    assertThat(mapper.readTree(JsonSchema.of(Sample.class, side).toString()))
        .isEqualTo(mapper.readTree(start + rest));
  }
}
