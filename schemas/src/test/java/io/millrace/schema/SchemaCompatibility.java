package io.millrace.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schema.codec.JsonSchema.Side;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the schema of a topic may take the place of the kept one. Jobs must still accept
 * what the producers of an input write; the consumers of an output must still be able to read what
 * jobs write. So of an input the kept schema must allow a part of what the new one allows, and of
 * an output the other way round.
 */
final class SchemaCompatibility {
  /**
   * A change that breaks somebody.
   *
   * @param field path of the field, such as {@code items[].rank}; {@code {}} stands for the values
   *     of a map
   * @param rule what changed and whom that breaks
   */
  record Violation(String topic, String field, String rule) {
    @Override
    public String toString() {
      return topic + ", field " + field + ": " + rule;
    }
  }

  private static final Set<String> KNOWN_KEYWORDS =
      Set.of(
          "$schema",
          "title",
          "description",
          "type",
          "required",
          "properties",
          "items",
          "additionalProperties",
          "minimum",
          "maximum",
          "maxLength",
          "enum",
          "format");

  private final String topic;
  private final Side side;
  private final List<Violation> violations = new ArrayList<>();

  private SchemaCompatibility(String topic, Side side) {
    this.topic = topic;
    this.side = side;
  }

  /** What the step from {@code kept} to {@code changed} breaks; empty where it breaks nothing. */
  static List<Violation> violations(String topic, Side side, ObjectNode kept, ObjectNode changed) {
    SchemaCompatibility compatibility = new SchemaCompatibility(topic, side);
    compatibility.compare("", kept, changed);
    return List.copyOf(compatibility.violations);
  }

  private void compare(String path, JsonNode kept, JsonNode changed) {
    requireKnownKeywords(kept);
    requireKnownKeywords(changed);
    JsonNode part = side == Side.READ ? kept : changed;
    JsonNode whole = side == Side.READ ? changed : kept;
    Set<JsonNode> types = values(part.path("type"));

    compareSets(path, "type", part, whole);
    compareSets(path, "enum", part, whole);
    if (allow(types, "integer", "number")) {
      compareBounds(path, "minimum", part, whole, 1);
      compareBounds(path, "maximum", part, whole, -1);
    }
    if (allow(types, "string")) {
      compareBounds(path, "maxLength", part, whole, -1);
      if (whole.has("format") && !whole.get("format").equals(part.get("format"))) {
        report(path, "format", part, whole);
      }
    }
    compareElements(path, "items", "[]", kept, changed);
    compareElements(path, "additionalProperties", "{}", kept, changed);
    compareFields(path, kept, changed);
  }

  private void compareFields(String path, JsonNode kept, JsonNode changed) {
    JsonNode keptFields = kept.path("properties");
    JsonNode fields = changed.path("properties");
    Set<JsonNode> keptRequired = values(kept.path("required"));
    Set<JsonNode> required = values(changed.path("required"));

    for (Map.Entry<String, JsonNode> field : keptFields.properties()) {
      if (fields.has(field.getKey())) {
        compare(join(path, field.getKey()), field.getValue(), fields.get(field.getKey()));
      } else if (side == Side.WRITTEN) {
        report(join(path, field.getKey()), "was removed");
      }
    }
    if (side == Side.READ) {
      required.stream()
          .filter(name -> !keptRequired.contains(name))
          .forEach(name -> report(join(path, name.textValue()), "became required"));
    } else {
      keptRequired.stream()
          .filter(name -> !required.contains(name) && fields.has(name.textValue()))
          .forEach(name -> report(join(path, name.textValue()), "is no longer required"));
    }
  }

  private void compareElements(
      String path, String keyword, String mark, JsonNode kept, JsonNode changed) {
    if (kept.has(keyword) && changed.has(keyword)) {
      compare(path + mark, kept.get(keyword), changed.get(keyword));
    } else if ((side == Side.READ ? changed : kept).has(keyword)) {
      report(path, "\"" + keyword + "\" was " + (side == Side.READ ? "added" : "removed"));
    }
  }

  /** An absent set holds everything. */
  private void compareSets(String path, String keyword, JsonNode part, JsonNode whole) {
    boolean holdsAll =
        !whole.has(keyword)
            || (part.has(keyword)
                && values(whole.get(keyword)).containsAll(values(part.get(keyword))));
    if (!holdsAll) {
      report(path, keyword, part, whole);
    }
  }

  /**
   * An absent bound leaves everything in.
   *
   * @param sign 1 for a lower bound, -1 for an upper one
   */
  private void compareBounds(String path, String keyword, JsonNode part, JsonNode whole, int sign) {
    boolean within =
        !whole.has(keyword)
            || (part.has(keyword)
                && sign
                        * part.get(keyword)
                            .decimalValue()
                            .compareTo(whole.get(keyword).decimalValue())
                    >= 0);
    if (!within) {
      report(path, keyword, part, whole);
    }
  }

  private void report(String path, String keyword, JsonNode part, JsonNode whole) {
    @Nullable JsonNode kept = (side == Side.READ ? part : whole).get(keyword);
    @Nullable JsonNode changed = (side == Side.READ ? whole : part).get(keyword);
    report(path, "\"" + keyword + "\" changed from " + text(kept) + " to " + text(changed));
  }

  private void report(String path, String change) {
    String rule =
        side == Side.READ
            ? "; jobs must still accept what producers write"
            : "; consumers must still be able to read what jobs write";
    violations.add(new Violation(topic, path.isEmpty() ? "(all)" : path, change + rule));
  }

  private static String text(@Nullable JsonNode value) {
    return value == null ? "none" : value.toString();
  }

  private static boolean allow(Set<JsonNode> types, String... wanted) {
    return types.isEmpty()
        || types.stream().anyMatch(type -> Set.of(wanted).contains(type.textValue()));
  }

  private static Set<JsonNode> values(JsonNode oneOrMore) {
    Set<JsonNode> values = new HashSet<>();
    if (oneOrMore.isArray()) {
      oneOrMore.forEach(values::add);
    } else if (!oneOrMore.isMissingNode()) {
      values.add(oneOrMore);
    }
    return values;
  }

  private static String join(String path, String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  private static void requireKnownKeywords(JsonNode schema) {
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      if (!KNOWN_KEYWORDS.contains(keyword.getKey())) {
        throw new IllegalArgumentException(
            "no rule says what a change of \"" + keyword.getKey() + "\" breaks; add one");
      }
    }
  }
}
