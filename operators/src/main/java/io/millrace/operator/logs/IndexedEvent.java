package io.millrace.operator.logs;

/**
 * A record that is kept, and how many equal ones it stands for.
 *
 * @param event the first of them
 * @param count how many there are
 * @param firstAt the least of their times, in milliseconds since the epoch
 * @param lastAt the greatest of their times
 */
public record IndexedEvent(LogEvent event, long count, long firstAt, long lastAt) {
  static IndexedEvent of(LogEvent event) {
    return new IndexedEvent(event, 1, event.at(), event.at());
  }

  /** Together with an equal one. */
  IndexedEvent and(LogEvent equal) {
    return new IndexedEvent(
        event, count + 1, Math.min(firstAt, equal.at()), Math.max(lastAt, equal.at()));
  }
}
