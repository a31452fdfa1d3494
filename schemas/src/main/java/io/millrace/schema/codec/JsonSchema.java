package io.millrace.schema.codec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema (draft 2020-12) of a record type, derived from the same shapes that {@link
 * JsonCodec} reads and writes by.
 *
 * <p>Two things it cannot say: an integer must be written without fraction and exponent, and the
 * codec reads a few forms of ISO-8601 times beside {@code date-time}.
 */
public final class JsonSchema {
  /** Which side of the codec a schema describes. */
  public enum Side {
    /** What {@link JsonCodec#decode} accepts: optional fields may be missing. */
    READ,
    /** What {@link JsonCodec#encode} writes: every field is there, times are numbers. */
    WRITTEN
  }

  private JsonSchema() {}

  /** The schema of an object that states a value of {@code type}. */
  public static ObjectNode of(Class<? extends Record> type, Side side) {
    return ofRecord(RecordShape.of(type), side);
  }

  static ObjectNode ofRecord(RecordShape<?> shape, Side side) {
    ObjectNode schema = typed("object");
    ArrayNode required = schema.putArray("required");
    ObjectNode properties = schema.putObject("properties");
    for (RecordShape.Field field : shape.fields()) {
      ObjectNode property = field.value().schema(side);
      if (!field.required()) {
        allowNull(property);
      }
      properties.set(field.name(), property);
      if (field.required() || side == Side.WRITTEN) {
        required.add(field.name());
      }
    }
    return schema;
  }

  static ObjectNode typed(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static void allowNull(ObjectNode schema) {
    ArrayNode types = JsonNodeFactory.instance.arrayNode();
    if (schema.get("type").isArray()) {
      types.addAll((ArrayNode) schema.get("type"));
    } else {
      types.add(schema.get("type"));
    }
    schema.set("type", types.add("null"));
    if (schema.get("enum") instanceof ArrayNode values) {
      values.addNull();
    }
  }
}
