package io.millrace.schema.avro;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.schema.avro.AvroSchema.Field;
import io.millrace.schema.avro.AvroSchema.Fields;
import io.millrace.schema.avro.AvroSchema.Fixed;
import io.millrace.schema.avro.AvroSchema.Items;
import io.millrace.schema.avro.AvroSchema.Kind;
import io.millrace.schema.avro.AvroSchema.Primitive;
import io.millrace.schema.avro.AvroSchema.Union;
import io.millrace.schema.avro.AvroSchema.Values;
import io.millrace.schema.avro.AvroSchema.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads schemas from JSON. */
final class AvroSchemaReader {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern FULL_NAME =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");
  private static final int MOST_FIXED_BYTES = 1024 * 1024;

  /** The types by full name; one is there only once it was read as a whole. */
  private final Map<String, AvroSchema> known = new HashMap<>();

  private final Set<String> begun = new HashSet<>();

  private AvroSchemaReader() {}

  static AvroSchema read(String json) {
    try {
      return new AvroSchemaReader().read(MAPPER.readTree(json), "");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a schema must be JSON: " + e.getOriginalMessage(), e);
    }
  }

  private AvroSchema read(JsonNode node, String namespace) {
    if (node.isTextual()) {
      return named(node.asText(), namespace);
    } else if (node.isArray()) {
      return union(node, namespace);
    } else if (!node.isObject()) {
      throw refused("a schema is a name, an object or a list, found " + node);
    }
    JsonNode type = node.path("type");
    if (!type.isTextual()) {
      return read(type, namespace);
    }
    return switch (type.asText()) {
      case "record", "error" -> fields(node, namespace);
      case "enum" -> words(node, namespace);
      case "fixed" -> fixed(node, namespace);
      case "array" -> new Items(withBytes(read(node.path("items"), namespace)));
      case "map" -> new Values(read(node.path("values"), namespace));
      default -> named(type.asText(), namespace);
    };
  }

  private AvroSchema named(String name, String namespace) {
    for (Kind kind : Kind.values()) {
      if (kind.text().equals(name)) {
        return new Primitive(kind);
      }
    }
    String full = full(name, namespace);
    AvroSchema schema = known.get(full);
    if (schema == null) {
      throw refused(
          begun.contains(full) ? full + " holds itself" : "there is no type called " + full);
    }
    return schema;
  }

  private Union union(JsonNode node, String namespace) {
    List<AvroSchema> branches = new ArrayList<>();
    Set<String> kinds = new HashSet<>();
    for (JsonNode each : node) {
      AvroSchema branch = read(each, namespace);
      if (branch instanceof Union) {
        throw refused("a union may not hold a union");
      }
      if (!kinds.add(AvroResolver.kind(branch))) {
        throw refused("a union has two branches of type " + AvroResolver.kind(branch));
      }
      branches.add(branch);
    }
    if (branches.isEmpty()) {
      throw refused("a union needs a branch");
    }
    return new Union(List.copyOf(branches));
  }

  private Fields fields(JsonNode node, String outer) {
    String name = begin(node, outer);
    String namespace = namespace(name);
    List<Field> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode each : required(node, "fields")) {
      String field = required(each, "name").asText();
      requireName(NAME, field);
      if (!names.add(field)) {
        throw refused(name + " has two fields called " + field);
      }
      fields.add(
          new Field(
              field,
              texts(each.path("aliases")),
              read(required(each, "type"), namespace),
              each.get("default")));
    }
    return complete(name, new Fields(name, aliases(node, namespace), List.copyOf(fields)));
  }

  private Words words(JsonNode node, String outer) {
    String name = begin(node, outer);
    List<String> words = texts(required(node, "symbols"));
    words.forEach(word -> requireName(NAME, word));
    JsonNode otherwise = node.get("default");
    if (words.size() != new HashSet<>(words).size()
        || (otherwise != null && !words.contains(otherwise.asText()))) {
      throw refused(name + " has a symbol twice, or a default that is none of them");
    }
    return complete(
        name,
        new Words(
            name,
            aliases(node, namespace(name)),
            words,
            otherwise == null ? null : otherwise.asText()));
  }

  private Fixed fixed(JsonNode node, String outer) {
    String name = begin(node, outer);
    int size = required(node, "size").asInt(-1);
    if (size < 0 || size > MOST_FIXED_BYTES) {
      throw refused(name + " must have from 0 to " + MOST_FIXED_BYTES + " bytes");
    }
    return complete(name, new Fixed(name, aliases(node, namespace(name)), size));
  }

  private String begin(JsonNode node, String outer) {
    String name = required(node, "name").asText();
    JsonNode namespace = node.get("namespace");
    String full = full(name, namespace == null ? outer : namespace.asText());
    requireName(FULL_NAME, full);
    if (!begun.add(full)) {
      throw refused("there are two types called " + full);
    }
    return full;
  }

  private <S extends AvroSchema> S complete(String name, S schema) {
    known.put(name, schema);
    return schema;
  }

  /** However many items without bytes there are said to be, nothing could tell that it is a lie. */
  private static AvroSchema withBytes(AvroSchema item) {
    if (item.leastBytes() == 0) {
      throw refused("the items of an array must have bytes");
    }
    return item;
  }

  private static List<String> aliases(JsonNode node, String namespace) {
    return texts(node.path("aliases")).stream().map(each -> full(each, namespace)).toList();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.asText()));
    return List.copyOf(texts);
  }

  private static JsonNode required(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null) {
      throw refused("a schema needs \"" + field + "\": " + node);
    }
    return value;
  }

  private static void requireName(Pattern form, @Nullable String name) {
    if (name == null || !form.matcher(name).matches()) {
      throw refused("\"" + name + "\" is no name");
    }
  }

  private static String full(String name, String namespace) {
    return name.contains(".") || namespace.isEmpty() ? name : namespace + "." + name;
  }

  private static String namespace(String full) {
    int dot = full.lastIndexOf('.');
    return dot < 0 ? "" : full.substring(0, dot);
  }

  private static IllegalArgumentException refused(String message) {
    return new IllegalArgumentException(message);
  }
}
