package io.millrace.schema.codec;

/** A document that is not of its format, or not whole; the message is one line for the user. */
public final class InvalidDocumentException extends Exception {
  private static final long serialVersionUID = 1L;

  /** A refusal. */
  public InvalidDocumentException(String message) {
    super(message);
  }

  /** A refusal because of {@code cause}. */
  public InvalidDocumentException(String message, Throwable cause) {
    super(message, cause);
  }
}
