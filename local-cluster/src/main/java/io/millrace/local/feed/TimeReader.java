package io.millrace.local.feed;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.IsoEra;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the times of foreign files into milliseconds since the epoch, as {@code --time-format} and
 * {@code --time-zone} state them. Digits below a millisecond are cut. A day that there is not and a
 * local time that its zone skips are no times; of a local time that comes twice the earlier is
 * meant.
 */
public final class TimeReader {
  private static final String EPOCH_SECONDS = "epoch-seconds";
  private static final String EPOCH_MILLIS = "epoch-millis";

  /** Longer numbers are no times, and slow to read. */
  private static final int MAX_DIGITS = 40;

  /** ISO-8601 with {@code T} or a blank, seconds and offset optional. */
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .appendOffsetId()
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private interface Form {
    /** Milliseconds since the epoch; an exception where {@code text} is not of this form. */
    long read(String text);
  }

  /** Leaves times as they are. */
  static final TimeReader NONE = new TimeReader(null, ZoneOffset.UTC);

  private final @Nullable Form form;
  private final ZoneId zone;

  private TimeReader(@Nullable Form form, ZoneId zone) {
    this.form = form;
    this.zone = zone;
  }

  /**
   * A reader for the two options, each null where it is not given. Without both, times are left as
   * they are. A zone alone reads ISO-8601; a format alone takes times without a zone for UTC.
   *
   * @throws InputException for an invalid pattern or an unknown zone
   */
  public static TimeReader of(@Nullable String format, @Nullable String zone)
      throws InputException {
    ZoneId zoneId = zone(zone);
    if (format == null) {
      return new TimeReader(zone == null ? null : pattern(ISO, zoneId), zoneId);
    }
    return switch (format) {
      case EPOCH_SECONDS -> new TimeReader(text -> number(text, 3), zoneId);
      case EPOCH_MILLIS -> new TimeReader(text -> number(text, 0), zoneId);
      default -> {
        try {
          yield new TimeReader(pattern(formatter(format), zoneId), zoneId);
        } catch (IllegalArgumentException e) {
          throw new InputException(
              "invalid --time-format '"
                  + format
                  + "': "
                  + e.getMessage()
                  + "; expected epoch-seconds, epoch-millis or a pattern such as dd/MM/yyyy HH:mm",
              e);
        }
      }
    };
  }

  /** Whether times are to be read at all; where not, they stay as they are. */
  public boolean isGiven() {
    return form != null;
  }

  /** The zone of times that name none. */
  ZoneId zone() {
    return zone;
  }

  /** The time that {@code text} states, or empty where it states none in the given form. */
  OptionalLong read(String text) {
    if (form == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(form.read(text));
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Takes no day that there is not, and {@code yyyy} for a year of our era. */
  private static DateTimeFormatter formatter(String pattern) {
    return new DateTimeFormatterBuilder()
        .appendPattern(pattern)
        .parseDefaulting(ChronoField.ERA, IsoEra.CE.getValue())
        .toFormatter(Locale.ENGLISH)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  private static Form pattern(DateTimeFormatter formatter, ZoneId zone) {
    return text -> millis(formatter, zone, text);
  }

  private static long millis(DateTimeFormatter formatter, ZoneId zone, String text) {
    TemporalAccessor time =
        formatter.parseBest(
            text, ZonedDateTime::from, Instant::from, LocalDateTime::from, LocalDate::from);
    Instant instant;
    if (time instanceof ZonedDateTime zoned) {
      instant = zoned.toInstant();
    } else if (time instanceof Instant exact) {
      instant = exact;
    } else if (time instanceof LocalDateTime local) {
      List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
      if (offsets.isEmpty()) {
        throw new DateTimeException("the zone skips this time");
      }
      instant = local.toInstant(offsets.get(0));
    } else {
      instant = LocalDate.from(time).atStartOfDay(zone).toInstant();
    }
    return instant.toEpochMilli();
  }

  private static long number(String text, int decimals) {
    if (text.length() > MAX_DIGITS) {
      throw new NumberFormatException("longer than " + MAX_DIGITS + " digits");
    }
    BigDecimal millis = new BigDecimal(text).movePointRight(decimals);
    // Scaling 1e999999999 would spell it out.
    if (millis.precision() - millis.scale() > MAX_DIGITS) {
      throw new ArithmeticException("out of range");
    }
    return millis.setScale(0, RoundingMode.FLOOR).longValueExact();
  }

  private static ZoneId zone(@Nullable String zone) throws InputException {
    try {
      return zone == null ? ZoneOffset.UTC : ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new InputException(
          "unknown --time-zone '" + zone + "'; expected one such as Europe/Berlin or +02:00", e);
    }
  }
}
