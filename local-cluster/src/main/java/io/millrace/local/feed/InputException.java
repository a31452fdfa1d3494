package io.millrace.local.feed;

/** An input that can't be read as the user asked; the message is one line for the user. */
public final class InputException extends Exception {
  private static final long serialVersionUID = 1L;

  /** A refusal without a deeper cause. */
  public InputException(String message) {
    super(message);
  }

  /** A refusal because of {@code cause}. */
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
