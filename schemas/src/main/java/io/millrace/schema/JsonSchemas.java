package io.millrace.schema;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.codec.JsonSchema;

/**
 * The JSON Schemas (draft 2020-12) of topics, derived from their record types. The build holds them
 * against the kept ones, which are the promise to producers and consumers.
 */
public final class JsonSchemas {
  private JsonSchemas() {}

  /**
   * The schema of the values of {@code topic}: of an input what jobs accept, of every other topic
   * what they write.
   */
  public static ObjectNode of(Topic<?> topic) {
    JsonSchema.Side side =
        topic.lane() == Lane.INPUT ? JsonSchema.Side.READ : JsonSchema.Side.WRITTEN;
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", topic.name());
    schema.put("description", topic.description());
    schema.setAll(JsonSchema.of(topic.type(), side));
    return schema;
  }
}
