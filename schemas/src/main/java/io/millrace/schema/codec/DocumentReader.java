package io.millrace.schema.codec;

import java.io.IOException;
import java.io.InputStream;
import java.time.ZoneId;

/** Reads a whole document of a foreign format into values of a topic, one after the other. */
public interface DocumentReader<T> {
  /** Takes the values. */
  @FunctionalInterface
  interface Values<T> {
    /**
     * The next one.
     *
     * @throws IOException where it can't be taken; nothing more is read then
     */
    void take(T value) throws IOException;
  }

  /**
   * Reads a document to its end. The same document gives the same values.
   *
   * @param in its bytes, which the caller closes
   * @param zone of times and dates that name none
   * @param values takes what the document states, before it is known whether the rest is sound
   * @throws InvalidDocumentException where it is not a whole document of the format; the message
   *     says where and why
   */
  void read(InputStream in, ZoneId zone, Values<? super T> values)
      throws InvalidDocumentException, IOException;
}
