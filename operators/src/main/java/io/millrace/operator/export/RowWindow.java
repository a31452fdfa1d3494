package io.millrace.operator.export;

import java.util.Objects;

/**
 * What one file has the rows of: a stream's, of a window, or a part of them.
 *
 * @param stream the stream
 * @param start start of the window, in milliseconds since the epoch
 * @param end its end, exclusive, likewise
 * @param part the number of the part, from 0
 * @param parts how many parts a window has, positive
 */
public record RowWindow(String stream, long start, long end, int part, int parts) {
  /**
   * Says which task has it: other than that of records, it is the same in every version of Java.
   */
  @Override
  public int hashCode() {
    return Objects.hash(stream, start, end, part, parts);
  }
}
