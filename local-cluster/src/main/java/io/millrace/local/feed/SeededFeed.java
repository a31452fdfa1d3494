package io.millrace.local.feed;

import io.millrace.schema.Topic;
import org.jspecify.annotations.Nullable;

/**
 * Makes up the records of one topic: for one seed always the same ones, but for their time. Not
 * safe for use by several threads.
 */
public interface SeededFeed {
  /** The topic that the records are for. */
  Topic<?> topic();

  /**
   * The next record, as JSON; null where there is none yet.
   *
   * @param now the current time, in milliseconds since the epoch; the record's event time is at it
   *     or a little before
   */
  byte @Nullable [] next(long now);
}
