package io.millrace.schema;

import io.millrace.schema.codec.RejectedException;

/** Reads one line of a foreign log format into a value of a topic. */
@FunctionalInterface
public interface LineReader<T> {
  /**
   * The value that {@code line} states.
   *
   * @throws RejectedException where the line is not of the format; the line then goes into the
   *     topic unchanged, so that the job that reads it gives it to the dead-letter topic
   */
  T read(String line) throws RejectedException;
}
