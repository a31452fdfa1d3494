package io.millrace.connector.files;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The rows of one file, in their order. */
interface RowSource extends Closeable {
  /** The position of a source that can only be read from its start. */
  long NOWHERE = -1;

  /**
   * The next row; null at the end.
   *
   * @throws DamagedFileException where the rest can't be read, ever
   */
  @Nullable Row next() throws IOException;

  /** The byte from which the next row can be read, or {@link #NOWHERE}. */
  default long position() {
    return NOWHERE;
  }

  @Override
  void close() throws IOException;
}
