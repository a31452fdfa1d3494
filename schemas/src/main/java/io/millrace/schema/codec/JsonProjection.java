package io.millrace.schema.codec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the event time and some fields of a record type straight from the bytes. It accepts and
 * refuses what {@link JsonCodec#decode} does, for the same reasons, but makes no object of a field:
 * the ones that were not declared are only checked.
 *
 * <p>A declared field is a slice of bytes: a string without its quotes and escapes, an integer in
 * decimal without leading zeros and {@code -0}, a boolean as {@code true} or {@code false}, an enum
 * by its name in kebab-case.
 *
 * <p>Not safe for use by several threads.
 *
 * <p><b>Space</b>: a read allocates a {@link Projected} and its spans; a record that is unusual, or
 * of which a declared field is not written as its slice is, also what {@link JsonCodec#decode}
 * does.
 */
public final class JsonProjection<T extends Record> {
  private static final int NOT_DECLARED = -1;

  private final RecordShape<T> shape;
  private final JsonCodec<T> codec;
  private final JsonBytes bytes = new JsonBytes();
  private final RecordShape.Sink sink = this::pass;

  /** The indexes of the declared fields in the record, in the order of declaration. */
  private final int[] declared;

  /** Of each field of the record where it is among the declared ones. */
  private final int[] slots;

  private final int timeIndex;
  private final PlainRecords plain;

  // Of the record that is being read.
  private long at;
  private int[] spans = {};

  private JsonProjection(Class<T> type, List<String> names) {
    shape = RecordShape.of(type);
    codec = JsonCodec.of(type);
    timeIndex = shape.indexOf(EventTimes.component(type).getName());
    declared = new int[names.size()];
    slots = new int[shape.fields().size()];
    Arrays.fill(slots, NOT_DECLARED);
    for (int slot = 0; slot < declared.length; slot++) {
      int index = shape.indexOf(names.get(slot));
      if (index < 0 || slots[index] != NOT_DECLARED) {
        throw new IllegalArgumentException(
            String.format(
                "%s %s field \"%s\"",
                type.getName(), index < 0 ? "has no" : "is asked twice for", names.get(slot)));
      }
      if (!(shape.fields().get(index).value() instanceof ScalarShape scalar)
          || scalar instanceof ScalarShape.Decimal) {
        throw new IllegalArgumentException(
            String.format(
                "field \"%s\" of %s is no string, integer, boolean or enum",
                names.get(slot), type.getName()));
      }
      declared[slot] = index;
      slots[index] = slot;
    }
    plain = new PlainRecords(shape, slots, timeIndex);
  }

  /**
   * A projection of {@code type}.
   *
   * @param fields names of components that are strings, integers, booleans or enums; each once
   * @throws IllegalArgumentException for any other field, and where {@code type} has no event time
   */
  public static <T extends Record> JsonProjection<T> of(Class<T> type, List<String> fields) {
    return new JsonProjection<>(type, fields);
  }

  /**
   * What the record that {@code json} states has in the declared fields.
   *
   * @throws RejectedException where {@link JsonCodec#decode} throws one, and the same
   */
  public Projected read(byte[] json) throws RejectedException {
    Projected projected = readBytes(json, JsonCodec.start(json));
    if (projected == null) {
      return projected(json, codec.decode(json));
    }
    if (bytes.mayBeBeyondAscii()) {
      codec.requireUtf8(json);
    }
    return projected;
  }

  /** Reads nearly all records, without making them; null for any other one. */
  @Nullable Projected readBytes(byte[] json, int start) {
    if (shape.isSelfChecking()) {
      return null;
    }
    int[] plainSpans = absent();
    if (plain.pass(json, start, plainSpans, bytes)) {
      return new Projected(plain.time(), json, json, plainSpans);
    }
    spans = absent();
    bytes.reset(json, start);
    return shape.pass(bytes, sink) && bytes.atEnd() ? new Projected(at, json, json, spans) : null;
  }

  private boolean pass(int index, ValueShape value, JsonBytes bytes) {
    // Most fields are strings: telling them first takes a tenth off the time of a record.
    boolean passed = value instanceof ScalarShape.Text text ? text.pass(bytes) : value.pass(bytes);
    if (!passed) {
      return false;
    }
    if (index == timeIndex) {
      at = bytes.number();
    }
    int slot = slots[index];
    if (slot != NOT_DECLARED) {
      spans[2 * slot] = bytes.from();
      spans[2 * slot + 1] = bytes.length();
      return bytes.isLiteral();
    }
    return true;
  }

  private Projected projected(byte[] json, T value) {
    int[] spans = absent();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int slot = 0; slot < declared.length; slot++) {
      RecordShape.Field field = shape.fields().get(declared[slot]);
      Object component = RecordShape.component(field, value);
      if (component != null) {
        byte[] slice = canonical(field, component).getBytes(StandardCharsets.UTF_8);
        spans[2 * slot] = text.size();
        spans[2 * slot + 1] = slice.length;
        text.writeBytes(slice);
      }
    }
    return new Projected(
        EventTimes.of(shape.type()).applyAsLong(value), json, text.toByteArray(), spans);
  }

  private static String canonical(RecordShape.Field field, Object component) {
    return field.value() instanceof ScalarShape.Choice choice
        ? Objects.requireNonNull(choice.codes().get(component))
        : component.toString();
  }

  private int[] absent() {
    int[] spans = new int[2 * declared.length];
    for (int i = 0; i < spans.length; i += 2) {
      spans[i] = -1;
    }
    return spans;
  }
}
