package io.millrace.schema.codec;

/** Reads one line of a foreign log format into a value of a topic. */
@FunctionalInterface
public interface LineReader<T> {
  /**
   * The value that {@code line} states, one that its topic's codec encodes.
   *
   * @throws RejectedException where the line is not of the format or its value not of the topic;
   *     the line then goes into the topic unchanged, so that the job that reads it gives it to the
   *     dead-letter topic
   */
  T read(String line) throws RejectedException;
}
