package io.millrace.schema.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The form of one value: how it is read, checked, written and described. */
sealed interface ValueShape permits ScalarShape, StructureShape {
  /**
   * Reads the value whose first token is current; never {@code null}.
   *
   * @param field the field's name, for messages
   */
  Object read(JsonParser parser, String field) throws IOException, RejectedException;

  /** Reads the value that the bytes are at, or {@code null} where only the parser can tell. */
  @Nullable Object read(JsonBytes bytes);

  /**
   * Passes the value that {@link #read(JsonBytes)} would read, and makes no object of it.
   *
   * @return false where only the parser can tell
   */
  boolean pass(JsonBytes bytes);

  /**
   * Refuses a value that {@link #read(JsonParser, String)} could not have returned.
   *
   * @param field the field's name, for messages
   */
  void check(Object value, String field) throws RejectedException;

  /** Writes a value that {@link #check} accepts. */
  void write(Object value, JsonOutput out);

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
      return new ScalarShape.Time();
    }
    if (component.isAnnotationPresent(RawJson.class)) {
      requireFit(type == String.class, RawJson.class, type);
      return new StructureShape.Raw(component.getAnnotation(RawJson.class).array());
    }
    ValueShape shape =
        of(
            component.getGenericType(),
            component.getAnnotation(Range.class),
            component.getAnnotation(MaxLength.class));
    Reserved reserved = component.getAnnotation(Reserved.class);
    if (reserved == null) {
      return shape;
    }
    requireFit(shape instanceof ScalarShape.Text, Reserved.class, type);
    return new ScalarShape.TextBut((ScalarShape.Text) shape, reserved.value());
  }

  /** Of a list or a map, annotations narrow the elements. */
  private static ValueShape of(Type type, @Nullable Range range, @Nullable MaxLength length) {
    if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return new StructureShape.Many(of(generic.getActualTypeArguments()[0], range, length));
    } else if (type instanceof ParameterizedType generic
        && generic.getRawType() == Map.class
        && generic.getActualTypeArguments()[0] == String.class) {
      return new StructureShape.Named(of(generic.getActualTypeArguments()[1], range, length));
    }
    boolean text = type == String.class;
    boolean whole = type == long.class || type == Long.class;
    boolean whole32 = type == int.class || type == Integer.class;
    boolean decimal = type == double.class || type == Double.class;
    requireFit(range == null || whole || whole32 || decimal, Range.class, type);
    requireFit(length == null || text, MaxLength.class, type);
    if (text) {
      return new ScalarShape.Text(length == null ? JsonCodec.MAX_STRING_LENGTH : length.value());
    } else if (whole) {
      return range == null
          ? new ScalarShape.Whole(Long.MIN_VALUE, Long.MAX_VALUE)
          : new ScalarShape.Whole(range.min(), range.max());
    } else if (whole32) {
      return range == null
          ? new ScalarShape.Whole32(Integer.MIN_VALUE, Integer.MAX_VALUE)
          : new ScalarShape.Whole32(Math.toIntExact(range.min()), Math.toIntExact(range.max()));
    } else if (decimal) {
      return range == null
          ? new ScalarShape.Decimal(-Double.MAX_VALUE, Double.MAX_VALUE)
          : new ScalarShape.Decimal(range.min(), range.max());
    } else if (type == boolean.class || type == Boolean.class) {
      return new ScalarShape.Flag();
    } else if (type instanceof Class<?> raw && raw.isEnum()) {
      return ScalarShape.Choice.of(raw);
    } else if (type instanceof Class<?> raw && raw.isRecord()) {
      return new StructureShape.Nested(RecordShape.of(raw.asSubclass(Record.class)));
    }
    throw new IllegalArgumentException("no JSON form for a component of type " + type);
  }

  private static void requireFit(boolean fits, Class<? extends Annotation> annotation, Type type) {
    if (!fits) {
      throw new IllegalArgumentException(
          "@" + annotation.getSimpleName() + " says nothing about a component of type " + type);
    }
  }

  static void require(JsonParser parser, JsonToken expected, String field, String what)
      throws RejectedException {
    if (parser.currentToken() != expected) {
      throw wrongType(parser, field, what);
    }
  }

  static RejectedException wrongType(JsonParser parser, String field, String what) {
    return invalid(
        Rejection.WRONG_TYPE,
        field,
        "must be " + what + ", not " + JsonCodec.named(parser.currentToken()));
  }

  static RejectedException outOfRange(String field, Number min, Number max) {
    return invalid(Rejection.OUT_OF_RANGE, field, "must be from " + min + " to " + max);
  }

  static RejectedException invalid(Rejection rejection, String field, String message) {
    return new RejectedException(Stage.VALIDATE, rejection, "field \"" + field + "\" " + message);
  }
}
