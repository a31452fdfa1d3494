package io.millrace.connector.files;

import java.io.OutputStream;

/** A directory of files that are made as they are read, and that nothing else is done with. */
abstract class ReadOnlyStore implements FileStore {
  @Override
  public final OutputStream create(String name) {
    throw new UnsupportedOperationException("it is only read");
  }

  @Override
  public final void rename(String from, String to) {
    throw new UnsupportedOperationException("it is only read");
  }

  @Override
  public final void delete(String name) {
    throw new UnsupportedOperationException("it is only read");
  }

  @Override
  public final void close() {
    // There is nothing to close.
  }
}
