package io.millrace.job.bench;

import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;

/**
 * A store as one uses it by hand, with its own client: what a sink is measured against and what its
 * rows are read back with. Not safe for use by several threads.
 */
interface PlainStore extends AutoCloseable {
  /** How many rows go together, as in a sink. */
  int BATCH_ROWS = 5_000;

  /** Leaves nothing in it but what rows need, such as an empty table. */
  void clear() throws Exception;

  /** Takes a row, which may wait until there are more. */
  void write(SongPlayed row) throws Exception;

  /** Returns when every row is in the store. */
  void flush() throws Exception;

  /**
   * Reads everything.
   *
   * @param numbers how many rows there should be
   * @param found is told of all that is there
   */
  void read(int numbers, SinkRows found) throws Exception;

  @Override
  void close() throws IOException;
}
