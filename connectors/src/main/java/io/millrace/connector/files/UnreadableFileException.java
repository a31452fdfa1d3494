package io.millrace.connector.files;

/** A file that is there, and that whoever reads may not read. */
public final class UnreadableFileException extends DamagedFileException {
  private static final long serialVersionUID = 1L;

  /** A file of that name. */
  public UnreadableFileException(String name) {
    super(name + " may not be read; let the user that the job logs in as read it");
  }
}
