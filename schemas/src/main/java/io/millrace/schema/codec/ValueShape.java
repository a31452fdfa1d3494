package io.millrace.schema.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The form of one value: how it is read, checked, written and described. */
sealed interface ValueShape {
  /**
   * Reads the value whose first token is current; never {@code null}.
   *
   * @param field the field's name, for messages
   */
  Object read(JsonParser parser, String field) throws IOException, RejectedException;

  /**
   * Refuses a value that {@link #read} could not have returned.
   *
   * @param field the field's name, for messages
   */
  void check(Object value, String field) throws RejectedException;

  /** Writes a value that {@link #check} accepts. */
  void write(Object value, JsonGenerator generator) throws IOException;

  /** The JSON Schema of such a value. */
  ObjectNode schema(JsonSchema.Side side);

  /**
   * The shape of a record's component, with the annotations on it.
   *
   * @throws IllegalArgumentException where it has none, or an annotation does not fit the type
   */
  static ValueShape of(RecordComponent component) {
    Class<?> type = component.getType();
    if (component.isAnnotationPresent(EventTime.class)) {
      requireFit(type == long.class || type == Long.class, EventTime.class, type);
      return new Time();
    }
    if (component.isAnnotationPresent(RawJson.class)) {
      requireFit(type == String.class, RawJson.class, type);
      return new Raw();
    }
    return of(
        component.getGenericType(),
        component.getAnnotation(Range.class),
        component.getAnnotation(MaxLength.class));
  }

  /** Of a list or a map, annotations narrow the elements. */
  private static ValueShape of(Type type, @Nullable Range range, @Nullable MaxLength length) {
    if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return new Many(of(generic.getActualTypeArguments()[0], range, length));
    } else if (type instanceof ParameterizedType generic
        && generic.getRawType() == Map.class
        && generic.getActualTypeArguments()[0] == String.class) {
      return new Named(of(generic.getActualTypeArguments()[1], range, length));
    }
    boolean text = type == String.class;
    boolean whole = type == long.class || type == Long.class;
    boolean whole32 = type == int.class || type == Integer.class;
    boolean decimal = type == double.class || type == Double.class;
    requireFit(range == null || whole || whole32 || decimal, Range.class, type);
    requireFit(length == null || text, MaxLength.class, type);
    if (text) {
      return new Text(length == null ? JsonCodec.MAX_STRING_LENGTH : length.value());
    } else if (whole) {
      return range == null
          ? new Whole(Long.MIN_VALUE, Long.MAX_VALUE)
          : new Whole(range.min(), range.max());
    } else if (whole32) {
      return range == null
          ? new Whole32(Integer.MIN_VALUE, Integer.MAX_VALUE)
          : new Whole32(Math.toIntExact(range.min()), Math.toIntExact(range.max()));
    } else if (decimal) {
      return range == null
          ? new Decimal(-Double.MAX_VALUE, Double.MAX_VALUE)
          : new Decimal(range.min(), range.max());
    } else if (type == boolean.class || type == Boolean.class) {
      return new Flag();
    } else if (type instanceof Class<?> raw && raw.isEnum()) {
      return Choice.of(raw);
    } else if (type instanceof Class<?> raw && raw.isRecord()) {
      return new Nested(RecordShape.of(raw.asSubclass(Record.class)));
    }
    throw new IllegalArgumentException("no JSON form for a component of type " + type);
  }

  private static void requireFit(boolean fits, Class<? extends Annotation> annotation, Type type) {
    if (!fits) {
      throw new IllegalArgumentException(
          "@" + annotation.getSimpleName() + " says nothing about a component of type " + type);
    }
  }

  /** A string. */
  record Text(int maxLength) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      require(parser, JsonToken.VALUE_STRING, field, "a string");
      String text = parser.getText();
      check(text, field);
      return text;
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      String text = (String) value;
      if (text.length() > maxLength && text.codePointCount(0, text.length()) > maxLength) {
        throw invalid(Rejection.TOO_LONG, field, "is longer than " + maxLength + " characters");
      }
      requireUnicode(text, field);
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeString((String) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      ObjectNode schema = JsonSchema.typed("string");
      return maxLength == JsonCodec.MAX_STRING_LENGTH ? schema : schema.put("maxLength", maxLength);
    }

    /** An escape such as {@code \ud800} without its partner has no form in UTF-8. */
    static void requireUnicode(String text, String field) throws RejectedException {
      for (int i = 0; i < text.length(); i++) {
        if (Character.isSurrogate(text.charAt(i))) {
          if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
            throw invalid(Rejection.INVALID_UNICODE, field, "holds half of a surrogate pair");
          }
          i++;
        }
      }
    }
  }

  /** An integer of 64 bits. */
  record Whole(long min, long max) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      return whole(parser, field, min, max);
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      requireRange((Long) value, min, max, field);
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeNumber((Long) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("integer").put("minimum", min).put("maximum", max);
    }

    static long whole(JsonParser parser, String field, long min, long max)
        throws IOException, RejectedException {
      require(parser, JsonToken.VALUE_NUMBER_INT, field, "an integer");
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw outOfRange(field, min, max);
      }
      long value = parser.getLongValue();
      requireRange(value, min, max, field);
      return value;
    }

    static void requireRange(long value, long min, long max, String field)
        throws RejectedException {
      if (value < min || value > max) {
        throw outOfRange(field, min, max);
      }
    }
  }

  /** An integer of 32 bits. */
  record Whole32(int min, int max) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      return (int) Whole.whole(parser, field, min, max);
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      Whole.requireRange((Integer) value, min, max, field);
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeNumber((Integer) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("integer").put("minimum", min).put("maximum", max);
    }
  }

  /** A finite number. */
  record Decimal(double min, double max) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      if (!parser.currentToken().isNumeric()) {
        throw wrongType(parser, field, "a number");
      }
      double value = parser.getDoubleValue();
      check(value, field);
      return value;
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      double number = (Double) value;
      boolean accepted = number >= min && number <= max; // false for NaN
      if (!accepted) {
        throw outOfRange(field, min, max);
      }
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeNumber((Double) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      ObjectNode schema = JsonSchema.typed("number");
      return max == Double.MAX_VALUE ? schema : schema.put("minimum", min).put("maximum", max);
    }
  }

  /** A boolean. */
  record Flag() implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      if (!parser.currentToken().isBoolean()) {
        throw wrongType(parser, field, "a boolean");
      }
      return parser.getBooleanValue();
    }

    @Override
    public void check(Object value, String field) {}

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeBoolean((Boolean) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("boolean");
    }
  }

  /**
   * Milliseconds since the epoch, or on input an ISO-8601 time with an offset: {@code
   * 2026-01-31T09:30:00.123Z}. Seconds may be left out; a fraction has up to nine digits, those
   * beyond milliseconds are cut off towards the past; the offset is {@code Z}, {@code +01}, {@code
   * +0100} or {@code +01:00}. A leap second ({@code :60}) has no place among milliseconds since the
   * epoch and is refused.
   */
  record Time() implements ValueShape {
    private static final DateTimeFormatter ISO_WITH_OFFSET =
        new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .parseLenient()
            .appendOffset("+HH", "Z") // lenient: with or without minutes and colon
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      return switch (parser.currentToken()) {
        case VALUE_NUMBER_INT -> Whole.whole(parser, field, Long.MIN_VALUE, Long.MAX_VALUE);
        case VALUE_STRING -> millis(parser.getText(), field);
        default -> throw wrongType(parser, field, "an integer or an ISO-8601 time");
      };
    }

    @Override
    public void check(Object value, String field) {}

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeNumber((Long) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      ObjectNode millis = new Whole(Long.MIN_VALUE, Long.MAX_VALUE).schema(side);
      if (side == JsonSchema.Side.READ) {
        millis.putArray("type").add("integer").add("string");
        millis.put("format", "date-time");
      }
      return millis;
    }

    private static long millis(String text, String field) throws RejectedException {
      try {
        return OffsetDateTime.parse(text, ISO_WITH_OFFSET).toInstant().toEpochMilli();
      } catch (DateTimeException | ArithmeticException e) {
        throw invalid(
            Rejection.INVALID_TIME,
            field,
            "must be milliseconds since the epoch or an ISO-8601 time with an offset,"
                + " such as 2026-01-31T09:30:00Z");
      }
    }
  }

  /** One of an enum's names, in kebab-case. */
  record Choice(Map<String, Object> values, Map<Object, String> codes) implements ValueShape {
    static Choice of(Class<?> type) {
      Map<String, Object> values = new LinkedHashMap<>();
      Map<Object, String> codes = new HashMap<>();
      for (Object constant : type.getEnumConstants()) {
        String code = ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
        values.put(code, constant);
        codes.put(constant, code);
      }
      return new Choice(values, codes);
    }

    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      require(parser, JsonToken.VALUE_STRING, field, "a string");
      Object value = values.get(parser.getText());
      if (value == null) {
        throw invalid(
            Rejection.OUT_OF_RANGE, field, "must be one of " + String.join(", ", values.keySet()));
      }
      return value;
    }

    @Override
    public void check(Object value, String field) {}

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeString(codes.get(value));
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      ObjectNode schema = JsonSchema.typed("string");
      values.keySet().forEach(schema.putArray("enum")::add);
      return schema;
    }
  }

  /** A record inside a record. */
  record Nested(RecordShape<?> shape) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      require(parser, JsonToken.START_OBJECT, field, "an object");
      return shape.read(parser);
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      shape.check((Record) value);
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      shape.write((Record) value, generator);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.ofRecord(shape, side);
    }
  }

  /** A list; {@code null} among its elements is refused. */
  record Many(ValueShape element) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      require(parser, JsonToken.START_ARRAY, field, "an array");
      List<Object> values = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        values.add(element.read(parser, field));
      }
      return Collections.unmodifiableList(values);
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      for (Object each : (List<?>) value) {
        checkElement(element, each, field);
      }
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeStartArray();
      for (Object each : (List<?>) value) {
        element.write(each, generator);
      }
      generator.writeEndArray();
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
  record Named(ValueShape element) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      require(parser, JsonToken.START_OBJECT, field, "an object");
      Map<String, Object> values = new LinkedHashMap<>();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        Text.requireUnicode(name, field);
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
    public void check(Object value, String field) throws RejectedException {
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        checkElement(NAME, entry.getKey(), field);
        checkElement(element, entry.getValue(), field);
      }
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeStartObject();
      for (Map.Entry<?, ?> entry : new TreeMap<>((Map<?, ?>) value).entrySet()) {
        generator.writeFieldName((String) entry.getKey());
        element.write(entry.getValue(), generator);
      }
      generator.writeEndObject();
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("object").set("additionalProperties", element.schema(side));
    }

    private static final Text NAME = new Text(JsonCodec.MAX_NAME_LENGTH);
  }

  /** A string that is the text of a JSON object. */
  record Raw() implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      require(parser, JsonToken.START_OBJECT, field, "an object");
      StringWriter json = new StringWriter();
      try (JsonGenerator copy = JsonCodec.FACTORY.createGenerator(json)) {
        copyStructure(parser, copy);
      }
      Text.requireUnicode(json.toString(), field);
      return json.toString();
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      String json = (String) value;
      Text.requireUnicode(json, field);
      try (JsonParser parser = JsonCodec.FACTORY.createParser(json)) {
        boolean object = parser.nextToken() == JsonToken.START_OBJECT;
        parser.skipChildren();
        if (!object || parser.nextToken() != null) {
          throw invalid(Rejection.WRONG_TYPE, field, "must be the text of one JSON object");
        }
      } catch (IOException e) {
        throw invalid(Rejection.WRONG_TYPE, field, "must be JSON text: " + e.getMessage());
      }
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeRawValue((String) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("object");
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
      throw invalid(Rejection.WRONG_TYPE, field, "must not hold null");
    }
    shape.check(value, field);
  }

  private static void require(JsonParser parser, JsonToken expected, String field, String what)
      throws RejectedException {
    if (parser.currentToken() != expected) {
      throw wrongType(parser, field, what);
    }
  }

  private static RejectedException wrongType(JsonParser parser, String field, String what) {
    return invalid(
        Rejection.WRONG_TYPE,
        field,
        "must be " + what + ", not " + JsonCodec.named(parser.currentToken()));
  }

  private static RejectedException outOfRange(String field, Number min, Number max) {
    return invalid(Rejection.OUT_OF_RANGE, field, "must be from " + min + " to " + max);
  }

  private static RejectedException invalid(Rejection rejection, String field, String message) {
    return new RejectedException(Stage.VALIDATE, rejection, "field \"" + field + "\" " + message);
  }
}
