package io.millrace.connector.files;

import io.millrace.schema.codec.Rejection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of a file: its fields, or why it has none.
 *
 * @param fields names and texts; empty where it is refused
 * @param rejection why it is refused; null where it is not
 * @param message the same for people
 * @param raw its bytes, or the first of them; null where they are not known
 */
@SuppressWarnings("ArrayRecordComponent") // It is never compared.
record Row(
    Map<String, String> fields,
    @Nullable Rejection rejection,
    String message,
    byte @Nullable [] raw) {

  static Row of(Map<String, String> fields, byte @Nullable [] raw) {
    return new Row(fields, null, "", raw);
  }

  static Row refused(Rejection rejection, String message, byte @Nullable [] raw) {
    return new Row(Map.of(), rejection, message, raw);
  }
}
