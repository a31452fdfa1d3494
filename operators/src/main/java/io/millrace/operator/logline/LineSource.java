package io.millrace.operator.logline;

import java.io.Serializable;
import java.util.Objects;
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
 * @param fields names with commas of the fields that are kept, of formats that name their fields;
 *     all where empty. Well-known names are parts of the record, whether they are among these or
 *     not
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
    boolean deleted,
    String fields)
    implements Serializable {

  /** What was kept before sources had {@code fields} has none. */
  public LineSource {
    fields = Objects.requireNonNullElse(fields, "");
  }

  /** A source of which all fields are kept. */
  public LineSource(
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
      boolean deleted) {
    this(
        name,
        version,
        at,
        format,
        zone,
        year,
        header,
        multilineStart,
        service,
        pattern,
        timeFormat,
        timeField,
        deleted,
        "");
  }

  /** A source of lines of a format, from ever on, with nothing else said of it. */
  public static LineSource of(String name, LineFormat format, String zone) {
    return new LineSource(name, 0, Long.MIN_VALUE, format, zone, 0, "", "", "", "", "", "", false);
  }

  /** The same with a header. */
  public LineSource withHeader(String other) {
    return new LineSource(
        name,
        version,
        at,
        format,
        zone,
        year,
        other,
        multilineStart,
        service,
        pattern,
        timeFormat,
        timeField,
        deleted,
        fields);
  }

  /** The same with a pattern. */
  public LineSource withPattern(String other) {
    return new LineSource(
        name,
        version,
        at,
        format,
        zone,
        year,
        header,
        multilineStart,
        service,
        other,
        timeFormat,
        timeField,
        deleted,
        fields);
  }

  /** The same, of which only some fields are kept. */
  public LineSource withFields(String other) {
    return new LineSource(
        name,
        version,
        at,
        format,
        zone,
        year,
        header,
        multilineStart,
        service,
        pattern,
        timeFormat,
        timeField,
        deleted,
        other);
  }

  /** The service, or null where it names none. */
  @Nullable String serviceOrNull() {
    return service.isEmpty() ? null : service;
  }
}
