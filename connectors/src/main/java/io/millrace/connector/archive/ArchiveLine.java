package io.millrace.connector.archive;

import io.millrace.schema.codec.JsonOutput;
import java.io.Serializable;

/**
 * Writes the rows of an archive of JSON.
 *
 * @param <T> type of the elements
 */
@FunctionalInterface
public interface ArchiveLine<T> extends Serializable {
  /**
   * Writes the row of an element, which is one JSON object, without a line feed.
   *
   * @throws IllegalArgumentException where it has none; then nothing of it is written
   */
  void write(T element, JsonOutput out);
}
