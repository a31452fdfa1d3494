package io.millrace.connector.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Rows of a day that are written together, since a file is told of each write, and asked how large
 * it is.
 *
 * <p><b>Space</b>: {@link #FULL} bytes and a row.
 */
final class DayRows {
  private static final int FULL = 64 * 1024;
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final String day;
  private byte[] bytes = new byte[FULL];
  private int length;
  private int rows;

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

  /** Adds a row, and a line feed. */
  void add(byte[] row) {
    if (row.length >= bytes.length - length) {
      bytes = Arrays.copyOf(bytes, length + row.length + 1);
    }
    System.arraycopy(row, 0, bytes, length, row.length);
    length += row.length;
    bytes[length++] = '\n';
    rows++;
  }

  /** Whether they are to be written now. */
  boolean isFull() {
    return length >= FULL;
  }

  /** Writes them. */
  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, length);
  }

  /** Forgets them. */
  void clear() {
    length = 0;
    rows = 0;
    if (bytes.length > 2 * FULL) {
      bytes = new byte[FULL];
    }
  }
}
