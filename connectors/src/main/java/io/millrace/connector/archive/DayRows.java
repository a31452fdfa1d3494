package io.millrace.connector.archive;

import io.millrace.schema.codec.JsonOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDate;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a day that are written together, since a file is told of each write, and asked how large
 * it is.
 *
 * <p><b>Space</b>: {@link #FULL} bytes and the last row, for which six times its bytes are held.
 */
final class DayRows {
  private static final int FULL = 64 * 1024;
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final String day;
  private final JsonOutput out = new JsonOutput();
  private int rows;
  private @Nullable OutputStream file;

  /** Rows of a day, in the form of its directory's name. */
  DayRows(String day) {
    this.day = day;
  }

  String day() {
    return day;
  }

  /** The number of the day that a time is in, days since the epoch in UTC. */
  static long number(long time) {
    return Math.floorDiv(time, DAY_MILLIS);
  }

  /** The name of a day's directory, by its number. */
  static String dayOf(long number) {
    return "day=" + LocalDate.ofEpochDay(number);
  }

  /** How many rows there are. */
  int rows() {
    return rows;
  }

  /** Adds the row of an element, and a line feed. */
  <T> void add(ArchiveLine<T> line, T element) {
    line.write(element, out);
    out.mark('\n');
    rows++;
  }

  /** Whether they are to be written now. */
  boolean isFull() {
    return out.length() >= FULL;
  }

  /** How many bytes they have. */
  int length() {
    return out.length();
  }

  /** Writes them. */
  void writeTo(OutputStream into) throws IOException {
    file = into;
    out.writeTo(into);
  }

  /** Where they were written the last time; null before. */
  @Nullable OutputStream file() {
    return file;
  }

  /** Forgets them. */
  void clear() {
    out.reset();
    rows = 0;
    file = null;
  }
}
