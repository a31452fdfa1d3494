package io.millrace.operator.logline;

import java.nio.charset.StandardCharsets;

/**
 * Reads the usual forms of ISO-8601, {@code 2026-01-31T09:30:00[.123456][Z|+01:00]} with {@code T}
 * or a blank, of the years 1970 to 9999. All others are left to whoever reads them all.
 *
 * <p><b>Source</b> of the days: Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 */
final class IsoInstant {
  /** What is no such time. */
  static final long NONE = Long.MIN_VALUE;

  private static final int SECONDS_END = 19;
  private static final int OFFSET_LENGTH = 6;
  private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private IsoInstant() {}

  /**
   * The time of a text.
   *
   * @param localIsUtc whether one without an offset is in UTC; else it is left to others
   * @return milliseconds since the epoch, or {@link #NONE}
   */
  static long millis(String text, boolean localIsUtc) {
    // What Latin-1 has no byte for is a question mark, which no time has either.
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return millis(bytes, 0, bytes.length, localIsUtc);
  }

  /**
   * The time of some bytes.
   *
   * @param from the first of them
   * @param to the one after the last
   * @param localIsUtc whether one without an offset is in UTC; else it is left to others
   * @return milliseconds since the epoch, or {@link #NONE}
   */
  static long millis(byte[] text, int from, int to, boolean localIsUtc) {
    if (to - from < SECONDS_END
        || text[from + 4] != '-'
        || text[from + 7] != '-'
        || (text[from + 10] != 'T' && text[from + 10] != ' ')
        || text[from + 13] != ':'
        || text[from + 16] != ':') {
      return NONE;
    }
    int year = 100 * two(text, from) + two(text, from + 2);
    int month = two(text, from + 5);
    int day = two(text, from + 8);
    int hour = two(text, from + 11);
    int minute = two(text, from + 14);
    int second = two(text, from + 17);
    if (year < 1970
        || month < 1
        || month > 12
        || day < 1
        || day > lastDay(year, month)
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || second < 0
        || second > 59) {
      return NONE;
    }
    int at = from + SECONDS_END;
    int millis = 0;
    if (at < to && (text[at] == '.' || text[at] == ',')) {
      int first = ++at;
      int unit = 100;
      while (at < to && isDigit(text[at])) {
        millis += unit * (text[at] - '0');
        unit /= 10;
        at++;
      }
      if (at == first || at > first + 9) {
        return NONE;
      }
    }
    long offsetMinutes = offset(text, at, to, localIsUtc);
    if (offsetMinutes == NONE) {
      return NONE;
    }
    long minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offsetMinutes;
    return (minutes * 60 + second) * 1_000 + millis;
  }

  private static long offset(byte[] text, int at, int to, boolean localIsUtc) {
    int rest = to - at;
    if (rest == 0) {
      return localIsUtc ? 0 : NONE;
    }
    byte sign = text[at];
    if (sign == 'Z' && rest == 1) {
      return 0;
    }
    if ((sign != '+' && sign != '-') || rest != OFFSET_LENGTH || text[at + 3] != ':') {
      return NONE;
    }
    int hours = two(text, at + 1);
    int minutes = two(text, at + 4);
    if (hours < 0 || hours > 17 || minutes < 0 || minutes > 59) {
      return NONE;
    }
    return (sign == '-' ? -1L : 1L) * (60L * hours + minutes);
  }

  /** Two digits as a number; far below zero for others. */
  private static int two(byte[] text, int at) {
    byte tens = text[at];
    byte ones = text[at + 1];
    return isDigit(tens) && isDigit(ones) ? 10 * (tens - '0') + ones - '0' : -100_000;
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  private static int lastDay(int year, int month) {
    boolean isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && isLeap ? 29 : DAYS[month - 1];
  }

  /** Days since 1970-01-01. */
  private static long days(int year, int month, int day) {
    long shifted = month <= 2 ? year - 1L : year;
    long era = shifted / 400;
    long yearOfEra = shifted - 400 * era;
    long dayOfYear = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    long dayOfEra = 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return 146_097 * era + dayOfEra - 719_468;
  }
}
