package io.millrace.schema.avro;

import com.fasterxml.jackson.core.JsonGenerator;
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
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what was written by one schema as another one has it, and gives it as JSON: fields that
 * only the writer has are passed over, those that only the reader has are what they are otherwise,
 * numbers become wider ones.
 *
 * <p><b>Source</b>: Apache Avro 1.12, specification, "Schema Resolution".
 */
final class AvroResolver {
  private static final JsonMapper MAPPER = new JsonMapper();

  private AvroResolver() {}

  /** Reads one value, and writes it as JSON. */
  interface Step {
    void read(AvroBytes in, JsonGenerator out) throws IOException, RejectedException;
  }

  /** Passes over one value. */
  private interface Skip {
    void pass(AvroBytes in) throws RejectedException;
  }

  /**
   * How values are read.
   *
   * @throws IllegalArgumentException where no value of the one is a value of the other
   */
  static Step of(AvroSchema writer, AvroSchema reader) {
    if (writer instanceof Union union) {
      return union(union, reader);
    } else if (reader instanceof Union union) {
      return branch(writer, union);
    } else if (writer instanceof Primitive from && reader instanceof Primitive to) {
      return primitive(from.kind(), to.kind());
    } else if (writer instanceof Items from && reader instanceof Items to) {
      return items(from.item(), of(from.item(), to.item()));
    } else if (writer instanceof Values from && reader instanceof Values to) {
      return values(of(from.value(), to.value()));
    } else if (writer instanceof Fields from && reader instanceof Fields to) {
      requireName(from.name(), to.name(), to.aliases());
      return fields(from, to);
    } else if (writer instanceof Words from && reader instanceof Words to) {
      requireName(from.name(), to.name(), to.aliases());
      return words(from, to);
    } else if (writer instanceof Fixed from && reader instanceof Fixed to) {
      requireName(from.name(), to.name(), to.aliases());
      if (from.size() != to.size()) {
        throw unlike(writer, reader);
      }
      return (in, out) -> writeBytes(in.readBytes(from.size()), out);
    }
    throw unlike(writer, reader);
  }

  /** What a schema is called among the branches of a union. */
  static String kind(AvroSchema schema) {
    if (schema instanceof Primitive primitive) {
      return primitive.kind().text();
    } else if (schema instanceof Items) {
      return "array";
    } else if (schema instanceof Values) {
      return "map";
    } else if (schema instanceof Fields record) {
      return record.name();
    } else if (schema instanceof Words words) {
      return words.name();
    } else if (schema instanceof Fixed fixed) {
      return fixed.name();
    }
    return "union";
  }

  private static Step union(Union writer, AvroSchema reader) {
    List<Step> branches = new ArrayList<>();
    boolean any = false;
    for (AvroSchema branch : writer.branches()) {
      Step step = ofOrNone(branch, reader);
      any |= step != null;
      branches.add(step == null ? refusing(branch, reader) : step);
    }
    if (!any) {
      throw unlike(writer, reader);
    }
    return (in, out) -> branches.get(in.readIndex(branches.size())).read(in, out);
  }

  /** What one branch of the writer holds may be nothing that the reader has a place for. */
  private static Step refusing(AvroSchema branch, AvroSchema reader) {
    String message = unlike(branch, reader).getMessage();
    return (in, out) -> {
      throw new RejectedException(
          Stage.DECODE, Rejection.WRONG_TYPE, message + ", before byte " + in.position());
    };
  }

  /** The branch of the same type, or else the first that takes the value. */
  private static Step branch(AvroSchema writer, Union reader) {
    for (AvroSchema branch : reader.branches()) {
      if (kind(branch).equals(kind(writer))) {
        return of(writer, branch);
      }
    }
    for (AvroSchema branch : reader.branches()) {
      Step step = ofOrNone(writer, branch);
      if (step != null) {
        return step;
      }
    }
    throw unlike(writer, reader);
  }

  /** How values are read; null where none can be. */
  private static @Nullable Step ofOrNone(AvroSchema writer, AvroSchema reader) {
    try {
      return of(writer, reader);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Step primitive(Kind from, Kind to) {
    return switch (from) {
      case NULL -> to == Kind.NULL ? (in, out) -> out.writeNull() : none(from, to);
      case BOOLEAN ->
          to == Kind.BOOLEAN ? (in, out) -> out.writeBoolean(in.readBoolean()) : none(from, to);
      case INT, LONG -> whole(from, to);
      case FLOAT ->
          switch (to) {
            case FLOAT, DOUBLE -> (in, out) -> writeDecimal(in.readFloat(), in, out);
            default -> none(from, to);
          };
      case DOUBLE ->
          to == Kind.DOUBLE ? (in, out) -> writeDecimal(in.readDouble(), in, out) : none(from, to);
      case BYTES ->
          switch (to) {
            case BYTES -> (in, out) -> writeBytes(in.readBytes(), out);
            case STRING -> (in, out) -> out.writeString(in.readString());
            default -> none(from, to);
          };
      case STRING ->
          switch (to) {
            case BYTES -> (in, out) -> writeBytes(in.readBytes(), out);
            case STRING -> (in, out) -> out.writeString(in.readString());
            default -> none(from, to);
          };
    };
  }

  private static Step whole(Kind from, Kind to) {
    boolean narrow = from == Kind.INT;
    return switch (to) {
      case INT -> narrow ? (in, out) -> out.writeNumber(in.readInt()) : none(from, to);
      case LONG -> (in, out) -> out.writeNumber(narrow ? in.readInt() : in.readLong());
      case FLOAT -> (in, out) -> out.writeNumber((float) (narrow ? in.readInt() : in.readLong()));
      case DOUBLE -> (in, out) -> out.writeNumber((double) (narrow ? in.readInt() : in.readLong()));
      default -> none(from, to);
    };
  }

  private static Step items(AvroSchema writer, Step item) {
    long leastBytes = writer.leastBytes();
    return (in, out) -> {
      out.writeStartArray();
      for (int count = in.readBlock(leastBytes); count > 0; count = in.readBlock(leastBytes)) {
        for (int i = 0; i < count; i++) {
          item.read(in, out);
        }
      }
      out.writeEndArray();
    };
  }

  private static Step values(Step value) {
    return (in, out) -> {
      out.writeStartObject();
      for (int count = in.readBlock(1); count > 0; count = in.readBlock(1)) {
        for (int i = 0; i < count; i++) {
          out.writeFieldName(in.readString());
          value.read(in, out);
        }
      }
      out.writeEndObject();
    };
  }

  private static Step fields(Fields writer, Fields reader) {
    List<Step> steps = new ArrayList<>();
    Set<String> given = new HashSet<>();
    for (Field from : writer.fields()) {
      Field to = find(from.name(), reader);
      if (to == null || !given.add(to.name())) {
        Skip skip = skip(from.schema());
        steps.add((in, out) -> skip.pass(in));
      } else {
        Step value = of(from.schema(), to.schema());
        steps.add(
            (in, out) -> {
              out.writeFieldName(to.name());
              value.read(in, out);
            });
      }
    }
    for (Field to : reader.fields()) {
      if (!given.contains(to.name())) {
        steps.add(otherwise(to, writer));
      }
    }
    return (in, out) -> {
      out.writeStartObject();
      for (Step step : steps) {
        step.read(in, out);
      }
      out.writeEndObject();
    };
  }

  private static Step otherwise(Field field, Fields writer) {
    JsonNode value = field.otherwise();
    if (value == null) {
      throw new IllegalArgumentException(
          "field " + field.name() + " is not in " + writer.name() + " and has no default");
    }
    return (in, out) -> {
      out.writeFieldName(field.name());
      MAPPER.writeTree(out, value);
    };
  }

  /** The reader's field for one of the writer's. */
  private static @Nullable Field find(String name, Fields reader) {
    for (Field field : reader.fields()) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    for (Field field : reader.fields()) {
      if (field.aliases().contains(name)) {
        return field;
      }
    }
    return null;
  }

  private static Step words(Words writer, Words reader) {
    List<String> words = writer.words();
    return (in, out) -> {
      String word = words.get(in.readIndex(words.size()));
      if (!reader.words().contains(word)) {
        word = reader.otherwise();
        if (word == null) {
          throw new RejectedException(
              Stage.DECODE,
              Rejection.WRONG_TYPE,
              reader.name() + " has no such symbol, before byte " + in.position());
        }
      }
      out.writeString(word);
    };
  }

  private static Skip skip(AvroSchema schema) {
    if (schema instanceof Primitive primitive) {
      return switch (primitive.kind()) {
        case NULL -> in -> {};
        case BOOLEAN -> AvroBytes::readBoolean;
        case INT -> AvroBytes::readInt;
        case LONG -> AvroBytes::readLong;
        case FLOAT -> AvroBytes::readFloat;
        case DOUBLE -> AvroBytes::readDouble;
        case BYTES, STRING -> AvroBytes::skipBytes;
      };
    } else if (schema instanceof Fixed fixed) {
      return in -> in.skipBytes(fixed.size());
    } else if (schema instanceof Words words) {
      return in -> in.readIndex(words.words().size());
    } else if (schema instanceof Union union) {
      List<Skip> branches = union.branches().stream().map(AvroResolver::skip).toList();
      return in -> branches.get(in.readIndex(branches.size())).pass(in);
    } else if (schema instanceof Fields record) {
      List<Skip> fields = record.fields().stream().map(each -> skip(each.schema())).toList();
      return in -> {
        for (Skip field : fields) {
          field.pass(in);
        }
      };
    } else if (schema instanceof Items items) {
      return blocks(skip(items.item()), items.item().leastBytes());
    } else if (schema instanceof Values values) {
      Skip value = skip(values.value());
      return blocks(
          in -> {
            in.skipBytes();
            value.pass(in);
          },
          1);
    }
    throw new IllegalArgumentException("no such schema: " + schema);
  }

  private static Skip blocks(Skip item, long leastBytes) {
    return in -> {
      for (int count = in.readBlock(leastBytes); count > 0; count = in.readBlock(leastBytes)) {
        for (int i = 0; i < count; i++) {
          item.pass(in);
        }
      }
    };
  }

  private static void writeDecimal(double value, AvroBytes in, JsonGenerator out)
      throws IOException, RejectedException {
    if (!Double.isFinite(value)) {
      throw new RejectedException(
          Stage.DECODE,
          Rejection.OUT_OF_RANGE,
          "a number is not finite, before byte " + in.position());
    }
    out.writeNumber(value);
  }

  /** A character for each byte, as in Avro's own JSON. */
  private static void writeBytes(byte[] bytes, JsonGenerator out) throws IOException {
    out.writeString(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  private static void requireName(String writer, String reader, List<String> aliases) {
    boolean same = shortName(writer).equals(shortName(reader));
    if (!same && !aliases.contains(writer)) {
      throw new IllegalArgumentException(writer + " is not " + reader);
    }
  }

  private static String shortName(String full) {
    return full.substring(full.lastIndexOf('.') + 1);
  }

  private static Step none(Kind from, Kind to) {
    throw unlike(new Primitive(from), new Primitive(to));
  }

  private static IllegalArgumentException unlike(AvroSchema writer, AvroSchema reader) {
    return new IllegalArgumentException("a " + kind(writer) + " is no " + kind(reader));
  }
}
