package io.millrace.operator.logs;

import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineFault;
import io.millrace.operator.logline.LineText;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.ParsedLine;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of lines, by what is known of sources and rules. Not safe for use by several
 * threads.
 */
final class LineReader {
  private final LogSpec spec;
  private final NewsBook book;

  LineReader(LogSpec spec, NewsBook book) {
    this.spec = spec;
    this.book = book;
  }

  NewsBook book() {
    return book;
  }

  /** Whether something may come that says how the line is read. */
  boolean mustWait(LogLine line) {
    return mustWait(line, book.source(line.source(), line.timestamp()));
  }

  /**
   * The same of a line whose source was looked for.
   *
   * @param source how it is read, as far as is known
   */
  boolean mustWait(LogLine line, NewsBook.@Nullable Source source) {
    return spec.inEventTime()
        ? line.timestamp() > book.knownUntil()
        : spec.byClock() && source == null;
  }

  /**
   * How the line is read.
   *
   * @throws LineException where nobody has said so
   */
  NewsBook.Source source(LogLine line) throws LineException {
    return required(line, book.source(line.source(), line.timestamp()));
  }

  /**
   * The same of a line whose source was looked for.
   *
   * @throws LineException where nobody has said how it is read
   */
  static NewsBook.Source required(LogLine line, NewsBook.@Nullable Source source)
      throws LineException {
    if (source == null) {
      throw new LineException(
          LineFault.UNKNOWN_SOURCE,
          line.source().isEmpty()
              ? "the record has no header source that says what it is a log of; set it, or --source"
              : "nobody has said how the lines of this source are read at "
                  + line.timestamp()
                  + "; put it into log.sources, or set --format");
    }
    return source;
  }

  /**
   * The line as text, without what ends it.
   *
   * @throws LineException where it is none, or too large
   */
  LineText text(LogLine line) throws LineException {
    byte[] value = line.value();
    if (value == null) {
      throw new LineException(LineFault.EMPTY, "the record has no value");
    }
    byte[] bytes = spec.decoder().line(value);
    int length = bytes.length;
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
      length--;
    }
    if (length > spec.mostLineBytes()) {
      throw new LineException(
          LineFault.TOO_LARGE,
          String.format(
              "the line has %d bytes, at most %d may be; raise --max-line",
              length, spec.mostLineBytes()));
    }
    return LineText.of(bytes, length);
  }

  /** That a line that begins a record is empty. */
  static LineException empty() {
    return new LineException(LineFault.EMPTY, "the line is empty");
  }

  /**
   * The event of a record.
   *
   * @param first its first line
   * @param text all of its lines
   * @param now the time by the clock
   * @return null where it only repeats a header
   * @throws LineException where it can't be taken
   */
  @Nullable LogEvent event(LogLine first, LineText text, NewsBook.Source source, long now)
      throws LineException {
    ParsedLine parsed = source.parser().parse(text, first.timestamp());
    if (parsed == null) {
      return null;
    }
    requireTime(parsed.at(), now);
    boolean mayChange = source.mayBeSecret() || spec.redaction().mayChange(text);
    ParsedLine shown = book.enriched(mayChange ? spec.redaction().of(parsed) : parsed);
    return new LogEvent(
        first.source(),
        first.topic(),
        first.partition(),
        first.offset(),
        shown,
        book.hits(first.source(), shown));
  }

  private void requireTime(long at, long now) throws LineException {
    if (at < spec.eventTimeMin()) {
      throw new LineException(
          LineFault.TOO_OLD, "the line's time " + at + " is before --event-time-min");
    }
    if (at - now > spec.maxAheadMillis()) {
      throw new LineException(
          LineFault.TOO_FAR_AHEAD,
          "the line's time " + at + " is further beyond the clock than --max-ahead");
    }
  }

  /** Whether an event is kept in the index, and not only counted and published. */
  boolean keeps(LogEvent event) {
    LogLevel level = event.line().level();
    boolean isGraveEnough =
        spec.leastLevel() == null || level == null || level.compareTo(spec.leastLevel()) >= 0;
    return isGraveEnough && book.samples(event);
  }

  /** A line that can't be taken, without what is redacted. */
  RefusedLine refused(LogLine line, LineException fault) {
    byte[] bytes = line.value();
    byte[] shown = bytes == null ? null : spec.redaction().of(bytes);
    return new RefusedLine(
        shown == null || shown == bytes ? line : line.withValue(shown),
        bytes == null ? 0 : bytes.length,
        shown != bytes,
        fault.fault(),
        String.valueOf(fault.getMessage()));
  }
}
