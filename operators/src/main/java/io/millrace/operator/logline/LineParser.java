package io.millrace.operator.logline;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one source. A record is a line, or several that the source says belong
 * together.
 *
 * <p>Not safe for use by several threads. <b>Time</b>: linear in the length of the record, but for
 * regular expressions of users, which have {@link BoundedText#MOST_STEPS} steps a record.
 */
public final class LineParser {
  /** Reads the records of a format. */
  interface Format {
    /**
     * What a record says; null where it only repeats the header.
     *
     * @param text the record, without the line feed at its end
     * @param arrivedAt when it came in, in milliseconds since the epoch
     */
    @Nullable ParsedLine read(String text, long arrivedAt) throws LineException;

    /** The same of a text whose characters may not have been asked for. */
    default @Nullable ParsedLine read(LineText text, long arrivedAt) throws LineException {
      return read(text.toString(), arrivedAt);
    }
  }

  private final Format format;
  private final @Nullable Pattern start;

  private LineParser(Format format, @Nullable Pattern start) {
    this.format = format;
    this.start = start;
  }

  /**
   * A parser for a source.
   *
   * @throws IllegalArgumentException where what is said of the source can't be
   */
  public static LineParser of(LineSource source) {
    TimeText times = TimeText.of(source);
    Format format =
        switch (source.format()) {
          case JSON -> new JsonFormat(source, times);
          case LOGFMT -> new LogfmtFormat(source, times);
          case COMBINED -> new AccessFormat(source, true);
          case COMMON -> new AccessFormat(source, false);
          case RFC3164 -> new Rfc3164Format(source, times);
          case RFC5424 -> new Rfc5424Format(source);
          case LOG4J -> new Log4jFormat(source, times);
          case CSV -> new CsvFormat(source, times);
          case PATTERN -> new PatternFormat(source, times);
        };
    Pattern start = null;
    if (!source.multilineStart().isEmpty()) {
      start = Pattern.compile(source.multilineStart());
    } else if (source.format() == LineFormat.LOG4J) {
      start = Log4jFormat.START;
    }
    return new LineParser(format, start);
  }

  /** Whether a record may have several lines. */
  public boolean joins() {
    return start != null;
  }

  /**
   * Whether a record begins with this line.
   *
   * @throws LineException where the expression that says so takes too long
   */
  public boolean starts(String line) throws LineException {
    return start == null || BoundedText.run(() -> start.matcher(new BoundedText(line)).lookingAt());
  }

  /**
   * What a record says; null where it only repeats the header of its file.
   *
   * @param text its lines, with a line feed between two
   * @param arrivedAt when it came in, in milliseconds since the epoch
   * @throws LineException where it is not of the source's format
   */
  public @Nullable ParsedLine parse(String text, long arrivedAt) throws LineException {
    return format.read(text, arrivedAt);
  }

  /**
   * The same of a text of which not all formats need the characters.
   *
   * @throws LineException where it is not of the source's format
   */
  public @Nullable ParsedLine parse(LineText text, long arrivedAt) throws LineException {
    return format.read(text, arrivedAt);
  }
}
