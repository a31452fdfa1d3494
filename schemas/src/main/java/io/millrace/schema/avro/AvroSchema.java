package io.millrace.schema.avro;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What bytes of Avro mean. A schema that holds itself is refused, and so is a list of items without
 * bytes: what is read has an end that its length tells.
 *
 * <p><b>Source</b>: Apache Avro 1.12, specification.
 */
public sealed interface AvroSchema {
  /** A type without parts. */
  enum Kind {
    NULL,
    BOOLEAN,
    INT,
    LONG,
    FLOAT,
    DOUBLE,
    BYTES,
    STRING;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A value without parts. */
  record Primitive(Kind kind) implements AvroSchema {}

  /**
   * Fields, one after the other.
   *
   * @param name its full name
   * @param aliases full names that a writer's may have instead
   */
  record Fields(String name, List<String> aliases, List<Field> fields) implements AvroSchema {}

  /**
   * One of those.
   *
   * @param aliases names that a writer's may have instead
   * @param otherwise what it is where the writer has none; null where it must have
   */
  record Field(
      String name, List<String> aliases, AvroSchema schema, @Nullable JsonNode otherwise) {}

  /**
   * One of some words.
   *
   * @param otherwise what a word is that the reader doesn't know; null where it must
   */
  record Words(String name, List<String> aliases, List<String> words, @Nullable String otherwise)
      implements AvroSchema {}

  /** So many bytes. */
  record Fixed(String name, List<String> aliases, int size) implements AvroSchema {}

  /** A list. */
  record Items(AvroSchema item) implements AvroSchema {}

  /** Values by their names. */
  record Values(AvroSchema value) implements AvroSchema {}

  /** One of several. */
  record Union(List<AvroSchema> branches) implements AvroSchema {}

  /**
   * Reads the JSON form.
   *
   * @throws IllegalArgumentException where it is none
   */
  static AvroSchema parse(String json) {
    return AvroSchemaReader.read(json);
  }

  /** The form in which equal schemas are equal texts. */
  default String canonical() {
    StringBuilder text = new StringBuilder();
    write(this, text, new HashSet<>());
    return text.toString();
  }

  /** CRC-64-AVRO of that, by which a value names its schema. */
  default long fingerprint() {
    return Fingerprint.of(canonical().getBytes(StandardCharsets.UTF_8));
  }

  /** The least number of bytes that a value has; at most {@code Integer.MAX_VALUE}. */
  default long leastBytes() {
    if (this instanceof Primitive primitive) {
      return switch (primitive.kind()) {
        case NULL -> 0;
        case FLOAT -> Float.BYTES;
        case DOUBLE -> Double.BYTES;
        default -> 1;
      };
    } else if (this instanceof Fields record) {
      long sum = 0;
      for (Field field : record.fields()) {
        sum = Math.min(Integer.MAX_VALUE, sum + field.schema().leastBytes());
      }
      return sum;
    } else if (this instanceof Fixed fixed) {
      return fixed.size();
    }
    return 1;
  }

  private static void write(AvroSchema schema, StringBuilder out, Set<String> known) {
    if (schema instanceof Primitive primitive) {
      quote(out, primitive.kind().text());
    } else if (schema instanceof Items items) {
      out.append("{\"type\":\"array\",\"items\":");
      write(items.item(), out, known);
      out.append('}');
    } else if (schema instanceof Values values) {
      out.append("{\"type\":\"map\",\"values\":");
      write(values.value(), out, known);
      out.append('}');
    } else if (schema instanceof Union union) {
      out.append('[');
      String between = "";
      for (AvroSchema branch : union.branches()) {
        out.append(between);
        write(branch, out, known);
        between = ",";
      }
      out.append(']');
    } else if (schema instanceof Fields record) {
      if (named(record.name(), "record", out, known)) {
        out.append(",\"fields\":[");
        String between = "";
        for (Field field : record.fields()) {
          out.append(between).append("{\"name\":");
          quote(out, field.name());
          out.append(",\"type\":");
          write(field.schema(), out, known);
          out.append('}');
          between = ",";
        }
        out.append("]}");
      }
    } else if (schema instanceof Words words) {
      if (named(words.name(), "enum", out, known)) {
        out.append(",\"symbols\":[\"").append(String.join("\",\"", words.words())).append("\"]}");
      }
    } else if (schema instanceof Fixed fixed) {
      if (named(fixed.name(), "fixed", out, known)) {
        out.append(",\"size\":").append(fixed.size()).append('}');
      }
    }
  }

  /** Writes the name, and whether what it stands for is still to be said. */
  private static boolean named(String name, String type, StringBuilder out, Set<String> known) {
    if (!known.add(name)) {
      quote(out, name);
      return false;
    }
    out.append("{\"name\":");
    quote(out, name);
    out.append(",\"type\":");
    quote(out, type);
    return true;
  }

  private static void quote(StringBuilder out, String name) {
    out.append('"').append(name).append('"');
  }
}
