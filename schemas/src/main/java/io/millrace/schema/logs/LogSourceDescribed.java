package io.millrace.schema.logs;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.SelfChecking;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A version of how the lines of a source are read was made. Identity: {@code (source, version)}; of
 * the versions that apply at a time the greatest counts.
 *
 * @param source the source
 * @param version greater in each version
 * @param at lines that came in from then on are read so
 * @param format the form of its lines
 * @param zone of times that name none; UTC where absent
 * @param year of times that name none; where absent the latest that is at most a day after the line
 *     came in
 * @param header names of the columns of {@code csv}, with commas
 * @param multilineStart regular expression that the first line of each record begins with; the
 *     lines that follow belong to it. Where absent, a record is a line, but of {@code log4j} it
 *     begins with a time
 * @param service what the source is part of; the line's own where it names one
 * @param pattern regular expression that a whole line of {@code pattern} matches; its groups {@code
 *     time}, {@code level}, {@code message} and {@code host} are the record's, the others its
 *     fields
 * @param timeFormat how times are written, as {@link java.time.format.DateTimeFormatter} has it;
 *     {@code millis} in it stands for one to three digits that are read as a number. Where absent
 *     ISO-8601, or milliseconds since the epoch
 * @param timeField name of the field with the time, of {@code json}, {@code logfmt} and {@code csv}
 * @param deleted whether the source ends with this version
 * @param fields names with commas of the fields that records of {@code json}, {@code logfmt} and
 *     {@code csv} keep beside their parts; all where absent
 */
@SelfChecking
public record LogSourceDescribed(
    @MaxLength(256) String source,
    @Range(min = 0, max = Long.MAX_VALUE) long version,
    @EventTime long at,
    LogFormat format,
    @MaxLength(64) @Nullable String zone,
    @Range(min = 1970, max = 9999) @Nullable Integer year,
    @MaxLength(10_000) @Nullable String header,
    @MaxLength(10_000) @Nullable String multilineStart,
    @MaxLength(256) @Nullable String service,
    @MaxLength(10_000) @Nullable String pattern,
    @MaxLength(256) @Nullable String timeFormat,
    @MaxLength(256) @Nullable String timeField,
    @Nullable Boolean deleted,
    @MaxLength(10_000) @Nullable String fields) {

  /**
   * Checks what the fields alone don't say.
   *
   * @throws IllegalArgumentException where the zone or an expression is none, or the format needs a
   *     field that is absent
   */
  public LogSourceDescribed {
    if (format == LogFormat.CSV && (header == null || header.isBlank())) {
      throw new IllegalArgumentException("format csv needs header, the names of its columns");
    }
    if (format == LogFormat.PATTERN && pattern == null) {
      throw new IllegalArgumentException("format pattern needs pattern, a regular expression");
    }
    requireExpression("pattern", pattern);
    requireExpression("multilineStart", multilineStart);
    try {
      ZoneId unused = zone == null ? null : ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("zone must be one such as Europe/Berlin or +01:00", e);
    }
  }

  private static void requireExpression(String field, @Nullable String expression) {
    try {
      Pattern unused = expression == null ? null : Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          String.format(
              "%s is no regular expression: %s at %d", field, e.getDescription(), e.getIndex()),
          e);
    }
  }
}
