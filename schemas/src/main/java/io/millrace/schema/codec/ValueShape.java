package io.millrace.schema.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The form of one value: how it is read, checked and written. */
sealed interface ValueShape {
  /**
   * Reads the value whose first token is current; never {@code null}.
   *
   * @param field the field's name, for messages
   */
  Object read(JsonParser parser, String field) throws IOException, RejectedException;

  /** Writes a value that this shape could have read. */
  void write(Object value, JsonGenerator generator) throws IOException;

  /** The shape of a record's component, with the annotations on it. */
  static ValueShape of(RecordComponent component) {
    Type type = component.getGenericType();
    if (component.isAnnotationPresent(EventTime.class)) {
      return new Time();
    }
    if (component.isAnnotationPresent(RawJson.class)) {
      return new Raw();
    }
    Range range = component.getAnnotation(Range.class);
    MaxLength length = component.getAnnotation(MaxLength.class);
    return of(
        type,
        range == null ? new Limits(Long.MIN_VALUE, Long.MAX_VALUE) : new Limits(range),
        length == null ? JsonCodec.MAX_STRING_LENGTH : length.value());
  }

  private static ValueShape of(Type type, Limits limits, int maxLength) {
    if (type == String.class) {
      return new Text(maxLength);
    } else if (type == long.class || type == Long.class) {
      return new Whole(limits.min(), limits.max());
    } else if (type == int.class || type == Integer.class) {
      return new Whole32(
          (int) Math.max(limits.min(), Integer.MIN_VALUE),
          (int) Math.min(limits.max(), Integer.MAX_VALUE));
    } else if (type == double.class || type == Double.class) {
      return new Decimal();
    } else if (type == boolean.class || type == Boolean.class) {
      return new Flag();
    } else if (type instanceof Class<?> raw && raw.isEnum()) {
      return Choice.of(raw);
    } else if (type instanceof Class<?> raw && raw.isRecord()) {
      return new Nested(RecordShape.of(raw.asSubclass(Record.class)));
    } else if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return new Many(of(generic.getActualTypeArguments()[0], limits, maxLength));
    } else if (type instanceof ParameterizedType generic
        && generic.getRawType() == Map.class
        && generic.getActualTypeArguments()[0] == String.class) {
      return new Named(of(generic.getActualTypeArguments()[1], limits, maxLength));
    }
    throw new IllegalArgumentException("no JSON form for a component of type " + type);
  }

  /** The accepted integers, both ends inclusive. */
  record Limits(long min, long max) {
    Limits(Range range) {
      this(range.min(), range.max());
    }
  }

  /** A string. */
  record Text(int maxLength) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      require(parser, JsonToken.VALUE_STRING, field, "a string");
      String text = parser.getText();
      if (text.length() > maxLength && text.codePointCount(0, text.length()) > maxLength) {
        throw invalid(Rejection.TOO_LONG, field, "is longer than " + maxLength + " characters");
      }
      requireUnicode(text, field);
      return text;
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeString((String) value);
    }

    /** An escape such as {@code \ud800} without its partner has no form in UTF-8. */
    private static void requireUnicode(String text, String field) throws RejectedException {
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
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeNumber((Long) value);
    }

    static long whole(JsonParser parser, String field, long min, long max)
        throws IOException, RejectedException {
      require(parser, JsonToken.VALUE_NUMBER_INT, field, "an integer");
      boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      long value = fits ? parser.getLongValue() : 0;
      if (!fits || value < min || value > max) {
        throw invalid(Rejection.OUT_OF_RANGE, field, "must be from " + min + " to " + max);
      }
      return value;
    }
  }

  /** An integer of 32 bits. */
  record Whole32(int min, int max) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      return (int) Whole.whole(parser, field, min, max);
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeNumber((Integer) value);
    }
  }

  /** A finite number. */
  record Decimal() implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      if (!parser.currentToken().isNumeric()) {
        throw wrongType(parser, field, "a number");
      }
      double value = parser.getDoubleValue();
      if (!Double.isFinite(value)) {
        throw invalid(Rejection.OUT_OF_RANGE, field, "is beyond the range of a double");
      }
      return value;
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      double number = (Double) value;
      if (!Double.isFinite(number)) {
        throw new IOException("JSON has no form for " + number);
      }
      generator.writeNumber(number);
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
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeBoolean((Boolean) value);
    }
  }

  /** Milliseconds since the epoch, or on input an ISO-8601 time with an offset. */
  record Time() implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        return Whole.whole(parser, field, Long.MIN_VALUE, Long.MAX_VALUE);
      }
      String text = parser.getText();
      try {
        return OffsetDateTime.parse(text).toInstant().toEpochMilli();
      } catch (DateTimeException | ArithmeticException e) {
        throw invalid(
            Rejection.INVALID_TIME,
            field,
            "must be milliseconds since the epoch or an ISO-8601 time with an offset,"
                + " such as 2026-01-31T09:30:00Z");
      }
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeNumber((Long) value);
    }
  }

  /** One of an enum's names, in kebab-case. */
  record Choice(Map<String, Object> values) implements ValueShape {
    static Choice of(Class<?> type) {
      Map<String, Object> values = new LinkedHashMap<>();
      for (Object constant : type.getEnumConstants()) {
        values.put(code(constant), constant);
      }
      return new Choice(values);
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
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeString(code(value));
    }

    private static String code(Object constant) {
      return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
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
    public void write(Object value, JsonGenerator generator) throws IOException {
      shape.write((Record) value, generator);
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
      return List.copyOf(values);
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeStartArray();
      for (Object each : (List<?>) value) {
        element.write(each, generator);
      }
      generator.writeEndArray();
    }
  }

  /** A map from names to values; {@code null} among its values is refused. */
  record Named(ValueShape element) implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      require(parser, JsonToken.START_OBJECT, field, "an object");
      Map<String, Object> values = new HashMap<>();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        if (values.put(name, element.read(parser, field)) != null) {
          throw new RejectedException(
              Stage.DECODE, Rejection.DUPLICATE_FIELD, "field \"" + name + "\" occurs twice");
        }
      }
      return Map.copyOf(values);
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeStartObject();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        generator.writeFieldName((String) entry.getKey());
        element.write(entry.getValue(), generator);
      }
      generator.writeEndObject();
    }
  }

  /** A string that is JSON already. */
  record Raw() implements ValueShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      StringWriter json = new StringWriter();
      try (JsonGenerator copy = new JsonFactory().createGenerator(json)) {
        copy.copyCurrentStructure(parser);
      }
      return json.toString();
    }

    @Override
    public void write(Object value, JsonGenerator generator) throws IOException {
      generator.writeRawValue((String) value);
    }
  }

  private static void require(JsonParser parser, JsonToken expected, String field, String what)
      throws RejectedException, IOException {
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

  private static RejectedException invalid(Rejection rejection, String field, String message) {
    return new RejectedException(Stage.VALIDATE, rejection, "field \"" + field + "\" " + message);
  }
}
