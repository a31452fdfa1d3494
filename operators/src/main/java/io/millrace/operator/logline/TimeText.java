package io.millrace.operator.logline;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Year;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads times as one source writes them. A local time that its zone skips is refused; of one that
 * comes twice the earlier is meant.
 */
final class TimeText {
  private static final String MILLIS = "millis";
  private static final int MOST_LEAP_YEARS_APART = 8;

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' '][HH:mm[:ss]]")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
          .optionalEnd()
          .optionalStart()
          .appendLiteral(',')
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, false)
          .optionalEnd()
          .appendPattern("[' '][XXXXX][XXXX][X]")
          .toFormatter(Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);

  private final ZoneId zone;
  private final boolean isUtc;
  private final int year;
  private final @Nullable DateTimeFormatter given;

  private TimeText(ZoneId zone, int year, @Nullable DateTimeFormatter given) {
    this.zone = zone;
    this.isUtc = zone.equals(ZoneOffset.UTC);
    this.year = year;
    this.given = given;
  }

  /**
   * The times of a source.
   *
   * @throws IllegalArgumentException where its zone or its format can't be
   */
  static TimeText of(LineSource source) {
    try {
      return new TimeText(
          source.zone().isEmpty() ? ZoneOffset.UTC : ZoneId.of(source.zone()),
          source.year(),
          source.timeFormat().isEmpty() ? null : formatter(source.timeFormat()));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no zone: " + source.zone(), e);
    }
  }

  /** {@code y} counts from the era's start, which no log names; the year itself is meant. */
  private static DateTimeFormatter formatter(String format) {
    DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
    String rest = format;
    int millis = rest.indexOf(MILLIS);
    while (millis >= 0) {
      append(builder, rest.substring(0, millis));
      builder.appendValue(ChronoField.MILLI_OF_SECOND, 1, 3, SignStyle.NOT_NEGATIVE);
      rest = rest.substring(millis + MILLIS.length());
      millis = rest.indexOf(MILLIS);
    }
    append(builder, rest);
    return builder.toFormatter(Locale.ENGLISH).withResolverStyle(ResolverStyle.STRICT);
  }

  private static void append(DateTimeFormatterBuilder builder, String pattern) {
    if (pattern.isEmpty()) {
      return;
    }
    StringBuilder proleptic = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      quoted ^= c == '\'';
      proleptic.append(c == 'y' && !quoted ? 'u' : c);
    }
    builder.appendPattern(proleptic.toString());
  }

  /**
   * The time that a text states.
   *
   * @param arrivedAt when the line came in
   * @param position where in the line the text is
   * @return milliseconds since the epoch
   */
  long read(String text, long arrivedAt, int position) throws LineException {
    if (given == null && isWhole(text)) {
      return Long.parseLong(text);
    }
    if (given == null) {
      long at = IsoInstant.millis(text, isUtc);
      return at == IsoInstant.NONE ? read(text, ISO, arrivedAt, position) : at;
    }
    return read(text, given, arrivedAt, position);
  }

  /**
   * The time that a part of a line states.
   *
   * @param from its first byte
   * @param to the byte after it
   * @param arrivedAt when the line came in
   * @param position where in the line the text is
   * @return milliseconds since the epoch
   */
  long read(LineText line, int from, int to, long arrivedAt, int position) throws LineException {
    long at = given == null ? IsoInstant.millis(line.bytes(), from, to, isUtc) : IsoInstant.NONE;
    return at == IsoInstant.NONE ? read(line.part(from, to), arrivedAt, position) : at;
  }

  /** The time that a text states in a format of the caller's. */
  long read(String text, DateTimeFormatter format, long arrivedAt, int position)
      throws LineException {
    try {
      TemporalAccessor parsed = format.parse(text);
      if (parsed.isSupported(ChronoField.INSTANT_SECONDS)) {
        return Instant.from(parsed).toEpochMilli();
      }
      LocalTime time = parsed.query(TemporalQueries.localTime());
      if (time == null) {
        throw new DateTimeException("no time of day");
      }
      ZoneId of = parsed.query(TemporalQueries.zone());
      LocalDate date = parsed.query(TemporalQueries.localDate());
      return date == null
          ? withoutYear(parsed, time, of == null ? zone : of, arrivedAt)
          : millis(date.atTime(time), of == null ? zone : of);
    } catch (DateTimeException | ArithmeticException e) {
      throw new LineException(LineFault.INVALID_TIME, position, "expected a time");
    }
  }

  private long withoutYear(TemporalAccessor parsed, LocalTime time, ZoneId of, long arrivedAt) {
    int month = parsed.get(ChronoField.MONTH_OF_YEAR);
    int day = parsed.get(ChronoField.DAY_OF_MONTH);
    if (year != 0) {
      return millis(LocalDate.of(year, month, day).atTime(time), of);
    }
    long latest = arrivedAt + Duration.ofDays(1).toMillis();
    int from = Instant.ofEpochMilli(latest).atZone(of).getYear();
    for (int each = from; each > from - MOST_LEAP_YEARS_APART; each--) {
      if (month == 2 && day == 29 && !Year.isLeap(each)) {
        continue;
      }
      long at = millis(LocalDate.of(each, month, day).atTime(time), of);
      if (at <= latest) {
        return at;
      }
    }
    throw new DateTimeException("no year has this day");
  }

  private static long millis(LocalDateTime local, ZoneId of) {
    List<ZoneOffset> offsets = of.getRules().getValidOffsets(local);
    if (offsets.isEmpty()) {
      throw new DateTimeException("the zone skips this time");
    }
    return local.toInstant(offsets.get(0)).toEpochMilli();
  }

  private static boolean isWhole(String text) {
    if (text.isEmpty() || text.length() > 18) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && !(i == 0 && c == '-' && text.length() > 1)) {
        return false;
      }
    }
    return true;
  }
}
