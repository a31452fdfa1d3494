package io.millrace.schema.codec;

import java.nio.charset.StandardCharsets;

/**
 * What {@link JsonProjection} read of a record: its event time and the declared fields, each a
 * slice of bytes. A field is told by its index in the order of declaration. The arrays must not be
 * changed, and two projections are equal only if they share them.
 *
 * @param at the record's event time, in milliseconds since the epoch
 * @param json the record's bytes as they came
 * @param text what the slices are of, in UTF-8: mostly {@code json} itself
 * @param spans of each field where its slice starts and its length; -1 and 0 for an absent one
 */
@SuppressWarnings("ArrayRecordComponent") // One array for all fields is what makes it cheap.
public record Projected(long at, byte[] json, byte[] text, int[] spans) {
  /** Whether a field has a value: it is neither missing nor null. */
  public boolean has(int field) {
    return start(field) >= 0;
  }

  /** Where in {@link #text} a field's slice starts; -1 where it has no value. */
  public int start(int field) {
    return spans[2 * field];
  }

  /** How many bytes a field's slice has. */
  public int length(int field) {
    return spans[2 * field + 1];
  }

  /** The value of an integer field that has one. */
  public long number(int field) {
    int first = start(field);
    int end = first + length(field);
    boolean negative = text[first] == '-';
    long value = 0; // Negative, because the least integer has no positive counterpart.
    for (int i = negative ? first + 1 : first; i < end; i++) {
      value = 10 * value - (text[i] - '0');
    }
    return negative ? value : -value;
  }

  /** The slice of a field that has a value, as text. */
  public String string(int field) {
    return new String(text, start(field), length(field), StandardCharsets.UTF_8);
  }
}
