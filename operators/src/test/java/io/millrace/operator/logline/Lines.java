package io.millrace.operator.logline;

import java.time.Instant;

/** Sources and lines for tests. */
final class Lines {
  /** When lines of tests come in. */
  static final long ARRIVED = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

  private Lines() {}

  static LineSource source(LineFormat format) {
    return LineSource.of("test", format, "");
  }

  /** A source with these parts, which are as {@link LineSource} has them. */
  static LineSource source(
      LineFormat format, String zone, int year, String pattern, String timeFormat) {
    return new LineSource(
        "test", 1, 0, format, zone, year, "", "", "", pattern, timeFormat, "", false);
  }

  static ParsedLine parse(LineFormat format, String line) throws LineException {
    return parse(source(format), line);
  }

  static ParsedLine parse(LineSource source, String line) throws LineException {
    ParsedLine parsed = LineParser.of(source).parse(line, ARRIVED);
    if (parsed == null) {
      throw new AssertionError("the line is passed over");
    }
    return parsed;
  }

  static long at(String iso) {
    return Instant.parse(iso).toEpochMilli();
  }
}
