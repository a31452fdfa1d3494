package io.millrace.schema.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a record type and how each is read, checked and written: what the codec and the
 * JSON Schema of a topic have in common.
 */
final class RecordShape<T extends Record> {
  /**
   * One component of the record.
   *
   * @param name the field's name in JSON
   * @param required whether a value must be there
   * @param value the form of its value
   * @param accessor reads the component; takes and returns {@code Object}
   */
  record Field(String name, boolean required, ValueShape value, MethodHandle accessor) {}

  /** What becomes of the fields that {@link #pass(JsonBytes, Sink)} comes to. */
  interface Sink {
    /**
     * Passes the value of a field, which is not {@code null}.
     *
     * @param index the field's index
     * @return false where only the parser can tell
     */
    boolean pass(int index, ValueShape value, JsonBytes bytes);
  }

  /** As many as one {@code long} has bits, which is what fields are marked in. */
  private static final int MAX_FIELDS = Long.SIZE;

  private static final int UNKNOWN = -1;

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();

  /** One shape a type: the JVM compiles the method handles in it one by one. */
  private static final ClassValue<RecordShape<?>> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape<?> computeValue(Class<?> type) {
          return made(type.asSubclass(Record.class));
        }
      };

  private final Class<T> type;
  private final List<Field> fields;
  private final Map<String, Integer> indexes = new HashMap<>();
  private final MethodHandle constructor;
  private final boolean selfChecking;

  private final JsonName[] names;
  private final ValueShape[] shapes;
  private final long required;

  private RecordShape(Class<T> type, List<Field> fields, MethodHandle constructor) {
    this.type = type;
    this.fields = fields;
    this.constructor = constructor;
    this.selfChecking = type.isAnnotationPresent(SelfChecking.class);
    this.names = new JsonName[fields.size()];
    this.shapes = new ValueShape[fields.size()];
    long marked = 0;
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      indexes.put(field.name(), i);
      names[i] = new JsonName(field.name());
      shapes[i] = field.value();
      marked |= field.required() ? 1L << i : 0;
    }
    this.required = marked;
  }

  @SuppressWarnings("unchecked") // What is made of a type is its shape.
  static <T extends Record> RecordShape<T> of(Class<T> type) {
    return (RecordShape<T>) SHAPES.get(type);
  }

  private static <T extends Record> RecordShape<T> made(Class<T> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components.length > MAX_FIELDS) {
      throw new IllegalArgumentException(
          type.getName()
              + " has more than "
              + MAX_FIELDS
              + " components; move some to a nested record");
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      MethodHandle constructor =
          LOOKUP
              .findConstructor(type, MethodType.methodType(void.class, types))
              .asSpreader(Object[].class, types.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
      Field[] fields = new Field[components.length];
      for (int i = 0; i < components.length; i++) {
        fields[i] = field(components[i]);
      }
      return new RecordShape<>(type, List.of(fields), constructor);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          type.getName() + " must be a public record, so that its fields can be read", e);
    }
  }

  Class<T> type() {
    return type;
  }

  List<Field> fields() {
    return fields;
  }

  /** The names of the fields as they are looked for, in their order; not to be changed. */
  JsonName[] names() {
    return names;
  }

  /** Reads the fields of an object whose start was just read, up to its end. */
  T read(JsonParser parser) throws IOException, RejectedException {
    @Nullable Object[] values = new Object[fields.size()];
    long seen = 0;
    int next = 0;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken token = parser.nextToken();
      int index = indexOf(name, next);
      if (index == UNKNOWN) {
        parser.skipChildren();
        continue;
      }
      next = index + 1;
      if ((seen & (1L << index)) != 0) {
        throw new RejectedException(
            Stage.DECODE, Rejection.DUPLICATE_FIELD, "field \"" + name + "\" occurs twice");
      }
      seen |= 1L << index;
      if (token != JsonToken.VALUE_NULL) {
        values[index] = fields.get(index).value().read(parser, name);
      }
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null) {
        requireOptional(fields.get(i));
      }
    }
    return construct(values);
  }

  /** Reads the object that the bytes are at; null where only the parser can tell. */
  @Nullable T read(JsonBytes bytes) {
    @Nullable Object[] values = new Object[shapes.length];
    Sink intoValues = (index, value, at) -> (values[index] = value.read(at)) != null;
    if (!pass(bytes, intoValues)) {
      return null;
    }
    try {
      return construct(values);
    } catch (RejectedException e) {
      return null;
    }
  }

  /** Passes the object that {@link #read(JsonBytes)} would read; makes it only if it must. */
  boolean pass(JsonBytes bytes) {
    return selfChecking ? read(bytes) != null : pass(bytes, (index, value, at) -> value.pass(at));
  }

  /**
   * Passes an object, its fields by way of a sink.
   *
   * @return false where only the parser can tell
   */
  boolean pass(JsonBytes bytes, Sink sink) {
    if (!bytes.open('{')) {
      return false;
    }
    long seen = 0;
    long present = 0;
    int next = 0;
    if (!bytes.close('}')) {
      do {
        int index = bytes.passName(names, next);
        if (index == JsonBytes.UNKNOWN) {
          if (!bytes.passAny()) {
            return false;
          }
          continue;
        }
        if (index == JsonBytes.UNSURE || (seen & (1L << index)) != 0) {
          return false;
        }
        seen |= 1L << index;
        next = index + 1;
        if (!bytes.passNull()) {
          if (!sink.pass(index, shapes[index], bytes)) {
            return false;
          }
          present |= 1L << index;
        }
      } while (bytes.comma());
      if (!bytes.close('}')) {
        return false;
      }
    }
    return (present & required) == required;
  }

  /** Whether its constructor refuses what the fields allow. */
  boolean isSelfChecking() {
    return selfChecking;
  }

  /** The field of that name. Most records have theirs in order, so {@code next} is tried first. */
  private int indexOf(String name, int next) {
    if (next < fields.size() && fields.get(next).name().equals(name)) {
      return next;
    }
    return indexOf(name);
  }

  /** The index of the field of that name; negative where there is none. */
  int indexOf(String name) {
    return indexes.getOrDefault(name, UNKNOWN);
  }

  /** Refuses a record that {@link #read(JsonParser)} could not have returned. */
  void check(Record value) throws RejectedException {
    for (Field field : fields) {
      Object component = component(field, value);
      if (component == null) {
        requireOptional(field);
      } else {
        field.value().check(component, field.name());
      }
    }
  }

  /** Writes a record that {@link #check} accepts. */
  void write(Record value, JsonOutput out) {
    for (int i = 0; i < shapes.length; i++) {
      writeName(i, out);
      Object component = component(fields.get(i), value);
      if (component == null) {
        out.nothing();
      } else {
        shapes[i].write(component, out);
      }
    }
    writeEnd(out);
  }

  /**
   * Writes a record.
   *
   * @throws RejectedException where {@link #check} refuses it; then part of it is written
   */
  void checkAndWrite(Record value, JsonOutput out) throws RejectedException {
    for (int i = 0; i < shapes.length; i++) {
      Field field = fields.get(i);
      writeName(i, out);
      Object component = component(field, value);
      if (component == null) {
        requireOptional(field);
        out.nothing();
      } else {
        shapes[i].check(component, field.name());
        shapes[i].write(component, out);
      }
    }
    writeEnd(out);
  }

  private void writeName(int index, JsonOutput out) {
    out.mark(index == 0 ? '{' : ',');
    out.raw(names[index].withColon());
  }

  private void writeEnd(JsonOutput out) {
    if (shapes.length == 0) {
      out.mark('{');
    }
    out.mark('}');
  }

  private static void requireOptional(Field field) throws RejectedException {
    if (field.required()) {
      throw new RejectedException(
          Stage.VALIDATE,
          Rejection.MISSING_FIELD,
          "required field \"" + field.name() + "\" is missing or null");
    }
  }

  /**
   * The record of these values.
   *
   * @param values one for each field, null for an absent one
   * @throws RejectedException where its constructor refuses them
   */
  T construct(@Nullable Object[] values) throws RejectedException {
    try {
      Object made = (Object) constructor.invokeExact(values);
      return type.cast(made);
    } catch (IllegalArgumentException e) {
      // A record's own constructor may hold checks that no annotation can state.
      throw new RejectedException(
          Stage.VALIDATE, Rejection.OUT_OF_RANGE, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the constructor of " + type.getName() + " failed", e);
    }
  }

  /** The value of a field in a record; null where it is absent. */
  static @Nullable Object component(Field field, Record value) {
    try {
      return (Object) field.accessor().invokeExact((Object) value);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("reading field " + field.name() + " failed", e);
    }
  }

  private static Field field(RecordComponent component) throws IllegalAccessException {
    boolean required = !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    MethodHandle accessor =
        LOOKUP
            .unreflect(component.getAccessor())
            .asType(MethodType.methodType(Object.class, Object.class));
    return new Field(component.getName(), required, ValueShape.of(component), accessor);
  }
}
