package io.millrace.connector.files;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The times of rows: whole milliseconds since the epoch, or ISO-8601 with an offset. */
final class RowTimes {
  /** The time of a row that has none where it must. */
  static final long NONE = Long.MIN_VALUE;

  private final @Nullable String field;

  /**
   * The times in a field.
   *
   * @param field null where rows have the times of their files
   */
  RowTimes(@Nullable String field) {
    this.field = field;
  }

  /** The time of a row, {@code otherwise} where rows have none, or {@link #NONE}. */
  long at(Row row, long otherwise) {
    if (field == null) {
      return otherwise;
    }
    String text = row.fields().get(field);
    if (text == null) {
      return NONE;
    }
    try {
      return text.indexOf('T') < 0
          ? Long.parseLong(text)
          : OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      return NONE;
    }
  }

  /** What is said of a row without one. */
  String expected() {
    return "field " + field + " must be milliseconds since the epoch or ISO-8601 with an offset";
  }
}
