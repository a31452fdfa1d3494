package io.millrace.operator.logline;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A version of how the lines of a source are read. Absent parts are empty, numbers zero.
 *
 * @param name the source
 * @param version greater in each version
 * @param at it is for lines that came in from then on, in milliseconds since the epoch
 * @param format form of the lines
 * @param zone of times that name none; UTC where empty
 * @param year of times that name none; 0 for the latest that is at most a day after the line came
 *     in
 * @param header names of the columns of CSV, with commas
 * @param multilineStart regular expression that the first line of a record begins with
 * @param service what the source is part of
 * @param pattern regular expression of a whole line
 * @param timeFormat how times are written; empty for ISO-8601 or milliseconds since the epoch
 * @param timeField name of the field with the time
 * @param deleted whether the source ends with this version
 */
public record LineSource(
    String name,
    long version,
    long at,
    LineFormat format,
    String zone,
    int year,
    String header,
    String multilineStart,
    String service,
    String pattern,
    String timeFormat,
    String timeField,
    boolean deleted)
    implements Serializable {

  /** A source of lines of a format, from ever on, with nothing else said of it. */
  public static LineSource of(String name, LineFormat format, String zone) {
    return new LineSource(name, 0, Long.MIN_VALUE, format, zone, 0, "", "", "", "", "", "", false);
  }

  /** The service, or null where it names none. */
  @Nullable String serviceOrNull() {
    return service.isEmpty() ? null : service;
  }
}
