package io.millrace.schema.codec;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations as records have them. */
public final class IsoDurations {
  private static final Pattern WEEKS = Pattern.compile("[Pp](\\d{1,9})[Ww]");
  private static final long DAYS_OF_WEEK = 7;

  private IsoDurations() {}

  /**
   * The duration that an ISO-8601 text states: days of 24 hours, hours, minutes and seconds, such
   * as {@code P1DT12H}, or weeks alone, such as {@code P2W}.
   *
   * @throws java.time.DateTimeException where it states none, and for months and years, whose
   *     lengths differ
   */
  public static Duration parse(String text) {
    Matcher weeks = WEEKS.matcher(text);
    return weeks.matches()
        ? Duration.ofDays(DAYS_OF_WEEK * Long.parseLong(weeks.group(1)))
        : Duration.parse(text);
  }
}
