package io.millrace.schema.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The form of a value without parts. */
sealed interface ScalarShape extends ValueShape {
  /** A string. */
  record Text(int maxLength) implements ScalarShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      ValueShape.require(parser, JsonToken.VALUE_STRING, field, "a string");
      String text = parser.getText();
      check(text, field);
      return text;
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return pass(bytes) ? bytes.text() : null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return bytes.passString() && bytes.textFits(maxLength);
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      String text = (String) value;
      if (text.length() > maxLength && text.codePointCount(0, text.length()) > maxLength) {
        throw ValueShape.invalid(
            Rejection.TOO_LONG, field, "is longer than " + maxLength + " characters");
      }
      requireUnicode(text, field);
    }

    @Override
    public void write(Object value, JsonOutput out) {
      out.text((String) value);
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
            throw ValueShape.invalid(
                Rejection.INVALID_UNICODE, field, "holds half of a surrogate pair");
          }
          i++;
        }
      }
    }
  }

  /** A string other than one. */
  record TextBut(Text text, String reserved) implements ScalarShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      Object read = text.read(parser, field);
      check(read, field);
      return read;
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return pass(bytes) ? bytes.text() : null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return text.pass(bytes)
          && (bytes.length() != reserved.length() || !bytes.text().equals(reserved));
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      text.check(value, field);
      if (value.equals(reserved)) {
        throw ValueShape.invalid(
            Rejection.RESERVED, field, "must not be \"" + reserved + "\", which is reserved");
      }
    }

    @Override
    public void write(Object value, JsonOutput out) {
      text.write(value, out);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      ObjectNode schema = text.schema(side);
      schema.putObject("not").put("const", reserved);
      return schema;
    }
  }

  /** An integer of 64 bits. */
  record Whole(long min, long max) implements ScalarShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      return whole(parser, field, min, max);
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return pass(bytes) ? (Object) bytes.number() : null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return bytes.passWhole() && bytes.number() >= min && bytes.number() <= max;
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      requireRange((Long) value, min, max, field);
    }

    @Override
    public void write(Object value, JsonOutput out) {
      out.whole((Long) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("integer").put("minimum", min).put("maximum", max);
    }

    static long whole(JsonParser parser, String field, long min, long max)
        throws IOException, RejectedException {
      ValueShape.require(parser, JsonToken.VALUE_NUMBER_INT, field, "an integer");
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw ValueShape.outOfRange(field, min, max);
      }
      long value = parser.getLongValue();
      requireRange(value, min, max, field);
      return value;
    }

    static void requireRange(long value, long min, long max, String field)
        throws RejectedException {
      if (value < min || value > max) {
        throw ValueShape.outOfRange(field, min, max);
      }
    }
  }

  /** An integer of 32 bits. */
  record Whole32(int min, int max) implements ScalarShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      return (int) Whole.whole(parser, field, min, max);
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return pass(bytes) ? (Object) (int) bytes.number() : null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return bytes.passWhole() && bytes.number() >= min && bytes.number() <= max;
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      Whole.requireRange((Integer) value, min, max, field);
    }

    @Override
    public void write(Object value, JsonOutput out) {
      out.whole((Integer) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      return JsonSchema.typed("integer").put("minimum", min).put("maximum", max);
    }
  }

  /** A finite number. */
  record Decimal(double min, double max) implements ScalarShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      if (!parser.currentToken().isNumeric()) {
        throw ValueShape.wrongType(parser, field, "a number");
      }
      double value = parser.getDoubleValue();
      check(value, field);
      return value;
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return pass(bytes) ? (Object) bytes.decimal() : null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return bytes.passNumber() && bytes.decimal() >= min && bytes.decimal() <= max;
    }

    @Override
    public void check(Object value, String field) throws RejectedException {
      double number = (Double) value;
      boolean accepted = number >= min && number <= max; // false for NaN
      if (!accepted) {
        throw ValueShape.outOfRange(field, min, max);
      }
    }

    @Override
    public void write(Object value, JsonOutput out) {
      out.decimal((Double) value);
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      ObjectNode schema = JsonSchema.typed("number");
      return max == Double.MAX_VALUE ? schema : schema.put("minimum", min).put("maximum", max);
    }
  }

  /** A boolean. */
  record Flag() implements ScalarShape {
    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      if (!parser.currentToken().isBoolean()) {
        throw ValueShape.wrongType(parser, field, "a boolean");
      }
      return parser.getBooleanValue();
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return pass(bytes) ? (Object) bytes.truth() : null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return bytes.passFlag();
    }

    @Override
    public void check(Object value, String field) {}

    @Override
    public void write(Object value, JsonOutput out) {
      out.truth((Boolean) value);
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
  record Time() implements ScalarShape {
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
        default -> throw ValueShape.wrongType(parser, field, "an integer or an ISO-8601 time");
      };
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      return pass(bytes) ? (Object) bytes.number() : null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      if (!bytes.isString()) {
        return bytes.passWhole();
      }
      if (!bytes.passString()) {
        return false;
      }
      try {
        bytes.number(millis(bytes.text()));
        return true;
      } catch (DateTimeException | ArithmeticException e) {
        return false;
      }
    }

    @Override
    public void check(Object value, String field) {}

    @Override
    public void write(Object value, JsonOutput out) {
      out.whole((Long) value);
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

    static long millis(String text) {
      return OffsetDateTime.parse(text, ISO_WITH_OFFSET).toInstant().toEpochMilli();
    }

    private static long millis(String text, String field) throws RejectedException {
      try {
        return millis(text);
      } catch (DateTimeException | ArithmeticException e) {
        throw ValueShape.invalid(
            Rejection.INVALID_TIME,
            field,
            "must be milliseconds since the epoch or an ISO-8601 time with an offset,"
                + " such as 2026-01-31T09:30:00Z");
      }
    }
  }

  /** One of an enum's names, in kebab-case or as {@link Coded} says. */
  record Choice(Map<String, Object> values, Map<Object, String> codes) implements ScalarShape {
    static Choice of(Class<?> type) {
      Map<String, Object> values = new LinkedHashMap<>();
      Map<Object, String> codes = new HashMap<>();
      for (Object constant : type.getEnumConstants()) {
        String code = code(type, ((Enum<?>) constant).name());
        values.put(code, constant);
        codes.put(constant, code);
      }
      return new Choice(values, codes);
    }

    private static String code(Class<?> type, String name) {
      try {
        Coded coded = type.getField(name).getAnnotation(Coded.class);
        return coded != null ? coded.value() : name.toLowerCase(Locale.ROOT).replace('_', '-');
      } catch (NoSuchFieldException e) {
        throw new IllegalStateException("an enum without a field for its constant " + name, e);
      }
    }

    @Override
    public Object read(JsonParser parser, String field) throws IOException, RejectedException {
      ValueShape.require(parser, JsonToken.VALUE_STRING, field, "a string");
      Object value = values.get(parser.getText());
      if (value == null) {
        throw ValueShape.invalid(
            Rejection.OUT_OF_RANGE, field, "must be one of " + String.join(", ", values.keySet()));
      }
      return value;
    }

    @Override
    public @Nullable Object read(JsonBytes bytes) {
      if (bytes.passString()) {
        for (Map.Entry<String, Object> value : values.entrySet()) {
          if (bytes.textIs(value.getKey())) {
            return value.getValue();
          }
        }
      }
      return null;
    }

    @Override
    public boolean pass(JsonBytes bytes) {
      return read(bytes) != null;
    }

    @Override
    public void check(Object value, String field) {}

    @Override
    public void write(Object value, JsonOutput out) {
      out.text(Objects.requireNonNull(codes.get(value)));
    }

    @Override
    public ObjectNode schema(JsonSchema.Side side) {
      ObjectNode schema = JsonSchema.typed("string");
      values.keySet().forEach(schema.putArray("enum")::add);
      return schema;
    }
  }
}
