package io.millrace.schema.avro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.RawJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The Avro schemas of record types: what each is now, and all that it was. */
public final class AvroSchemas {
  private static final String NAMESPACE = "io.millrace";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private AvroSchemas() {}

  /**
   * The schema of a record type. Enums are strings, so that a new constant needs no new schema, and
   * what may be absent is null unless it is given.
   *
   * @throws IllegalArgumentException where a component has no Avro form
   */
  public static ObjectNode of(Class<? extends Record> type) {
    return record(type, new HashSet<>());
  }

  /**
   * The schemas by which values were ever written, the oldest first, as they are kept in {@code
   * avro/<name>-<number>.avsc}.
   */
  public static List<AvroSchema> known(String name) {
    List<AvroSchema> known = new ArrayList<>();
    for (String text = kept(name, 1); text != null; text = kept(name, known.size() + 1)) {
      known.add(AvroSchema.parse(text));
    }
    return List.copyOf(known);
  }

  private static @Nullable String kept(String name, int number) {
    try (InputStream in = AvroSchemas.class.getResourceAsStream(name + "-" + number + ".avsc")) {
      return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the schemas of " + name + " can't be read", e);
    }
  }

  private static ObjectNode record(Class<?> type, Set<String> named) {
    ObjectNode schema = JSON.objectNode();
    schema.put("type", "record").put("name", type.getSimpleName()).put("namespace", NAMESPACE);
    if (!named.add(type.getSimpleName())) {
      throw new IllegalArgumentException("two record types are called " + type.getSimpleName());
    }
    ArrayNode fields = schema.putArray("fields");
    for (RecordComponent component : type.getRecordComponents()) {
      ObjectNode field = fields.addObject().put("name", component.getName());
      JsonNode value = value(component, named);
      if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        field.putArray("type").add("null").add(value);
        field.putNull("default");
      } else {
        field.set("type", value);
      }
    }
    return schema;
  }

  private static JsonNode value(RecordComponent component, Set<String> named) {
    if (component.isAnnotationPresent(EventTime.class)) {
      return JSON.objectNode().put("type", "long").put("logicalType", "timestamp-millis");
    }
    if (component.isAnnotationPresent(RawJson.class)) {
      throw new IllegalArgumentException("JSON in a text has no Avro form: " + component);
    }
    return value(component.getGenericType(), named);
  }

  private static JsonNode value(Type type, Set<String> named) {
    if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      ObjectNode list = JSON.objectNode().put("type", "array");
      return list.set("items", value(generic.getActualTypeArguments()[0], named));
    } else if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
      ObjectNode map = JSON.objectNode().put("type", "map");
      return map.set("values", value(generic.getActualTypeArguments()[1], named));
    } else if (type == String.class || (type instanceof Class<?> raw && raw.isEnum())) {
      return TextNode.valueOf("string");
    } else if (type == long.class || type == Long.class) {
      return TextNode.valueOf("long");
    } else if (type == int.class || type == Integer.class) {
      return TextNode.valueOf("int");
    } else if (type == double.class || type == Double.class) {
      return TextNode.valueOf("double");
    } else if (type == boolean.class || type == Boolean.class) {
      return TextNode.valueOf("boolean");
    } else if (type instanceof Class<?> raw && raw.isRecord()) {
      return record(raw, named);
    }
    throw new IllegalArgumentException("no Avro form for a component of type " + type);
  }
}
