package io.millrace.connector.files;

import java.io.IOException;

/** The rest of a file can't be read, however often it is tried. */
public class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  /** A file with what is wrong with it, for people. */
  public DamagedFileException(String message) {
    super(message);
  }
}
