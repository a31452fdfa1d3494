package io.millrace.schema.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The form of a value that holds others. */
sealed interface StructureShape extends ValueShape {
  /** A record inside a record. */
  record Nested(RecordShape<?> shape) implements StructureShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      ValueShape.require(parser, JsonToken.START_OBJECT, field, "an object");
      return shape.read(parser);
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return shape.read(bytes);
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return shape.pass(bytes);
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      shape.check((Record) value);
    }

    @Override
    public void write(Object value, JsonOutput out) {
      shape.write((Record) value, out);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.ofRecord(shape, side);
    }
  }

  /** A list; {@code null} among its elements is refused. */
  record Many(ValueShape element) implements StructureShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      ValueShape.require(parser, JsonToken.START_ARRAY, field, "an array");
      List<Object> values = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        values.add(element.read(parser, field));
      }
      return Collections.unmodifiableList(values);
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      List<Object> values = new ArrayList<>();
      return pass(bytes, values) ? Collections.unmodifiableList(values) : null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return pass(bytes, null);
    }

    private boolean pass(JsonBytes bytes, @Nullable List<Object> values) {
      if (!bytes.open('[')) {
        return false;
      }
      if (bytes.close(']')) {
        return true;
      }
      do {
        if (values == null) {
          if (!element.pass(bytes)) {
            return false;
          }
        } else {
          Object value = element.read(bytes);
          if (value == null) {
            return false;
          }
          values.add(value);
        }
      } while (bytes.comma());
      return bytes.close(']');
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      for (Object each : (List<?>) value) {
        checkElement(element, each, field);
      }
    }

    @Override
    public void write(Object value, JsonOutput out) {
      char before = '[';
      for (Object each : (List<?>) value) {
        out.mark(before);
        element.write(each, out);
        before = ',';
      }
      if (before == '[') {
        out.mark(before);
      }
      out.mark(']');
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("array").set("items", element.schema(side));
    }
  }

  /**
   * A map from names to values; {@code null} among its values is refused. It is read in the order
   * of the input and written in the order of its keys.
   */
  record Named(ValueShape element) implements StructureShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      ValueShape.require(parser, JsonToken.START_OBJECT, field, "an object");
      Map<String, Object> values = new LinkedHashMap<>();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        ScalarShape.Text.requireUnicode(name, field);
        parser.nextToken();
        if (values.put(name, element.read(parser, field)) != null) {
          throw new RejectedException(
              Stage.DECODE,
              Rejection.DUPLICATE_FIELD,
              "a name occurs twice in field \"" + field + "\"");
        }
      }
      return Collections.unmodifiableMap(values);
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      Map<String, Object> values = new LinkedHashMap<>();
      if (!bytes.open('{')) {
        return null;
      }
      if (!bytes.close('}')) {
        do {
          if (!bytes.passName()) {
            return null;
          }
          String name = bytes.text();
          Object value = element.read(bytes);
          if (value == null || values.put(name, value) != null) {
            return null;
          }
        } while (bytes.comma());
        if (!bytes.close('}')) {
          return null;
        }
      }
      return Collections.unmodifiableMap(values);
    }

    /** Only the names together tell whether one of them occurs twice. */
    @Override
    public boolean pass(JsonBytes bytes) {
      return read(bytes) != null;
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        checkElement(NAME, entry.getKey(), field);
        checkElement(element, entry.getValue(), field);
      }
    }

    @Override
    public void write(Object value, JsonOutput out) {
      char before = '{';
      for (Map.Entry<?, ?> entry : new TreeMap<>((Map<?, ?>) value).entrySet()) {
        out.mark(before);
        out.text((String) entry.getKey());
        out.mark(':');
        element.write(entry.getValue(), out);
        before = ',';
      }
      if (before == '{') {
        out.mark(before);
      }
      out.mark('}');
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("object").set("additionalProperties", element.schema(side));
    }

    private static final ScalarShape.Text NAME = new ScalarShape.Text(JsonCodec.MAX_NAME_LENGTH);
  }

  /** A string that is the text of a JSON array or object. */
  record Raw(boolean isArray) implements StructureShape {
    private JsonToken start() {
      return isArray ? JsonToken.START_ARRAY : JsonToken.START_OBJECT;
    }

    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      ValueShape.require(parser, start(), field, isArray ? "an array" : "an object");
      StringWriter json = new StringWriter();
      try (JsonGenerator copy = JsonCodec.FACTORY.createGenerator(json)) {
        copyStructure(parser, copy);
      }
      ScalarShape.Text.requireUnicode(json.toString(), field);
      return json.toString();
    }

    /** Its text is the parser's, blanks and escapes included. */
    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return false;
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      String json = (String) value;
      ScalarShape.Text.requireUnicode(json, field);
      try (JsonParser parser = JsonCodec.FACTORY.createParser(json)) {
        boolean starts = parser.nextToken() == start();
        parser.skipChildren();
        if (!starts || parser.nextToken() != null) {
          throw ValueShape.invalid(
              Rejection.WRONG_TYPE,
              field,
              "must be the text of one JSON " + (isArray ? "array" : "object"));
        }
      } catch (IOException e) {
        throw ValueShape.invalid(
            Rejection.WRONG_TYPE, field, "must be JSON text: " + e.getMessage());
      }
    }

    @Override
    public void write(Object value, JsonOutput out) {
      out.raw((String) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed(isArray ? "array" : "object");
    }

    /** Copies numbers digit by digit, which the generator's own copy does not. */
    private static void copyStructure(JsonParser parser, JsonGenerator copy) throws IOException {
      int depth = 0;
      do {
        JsonToken token = parser.currentToken();
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token.isNumeric()) {
          copy.writeNumber(parser.getText());
        } else {
          copy.copyCurrentEvent(parser);
        }
      } while (depth > 0 && parser.nextToken() != null);
    }
  }

  private static void checkElement(ValueShape shape, @Nullable Object value, String field)
      throws RejectedException {
    if (value == null) {
      throw ValueShape.invalid(Rejection.WRONG_TYPE, field, "must not hold null");
    }
    shape.check(value, field);
  }
}
