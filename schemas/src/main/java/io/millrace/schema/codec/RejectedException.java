package io.millrace.schema.codec;

/**
 * Thrown for bytes that are not a value of their topic. It carries no stack trace: bad input is an
 * expected outcome, and a partition of nothing but bad input must stay cheap.
 */
public final class RejectedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Stage stage;
  private final Rejection rejection;

  /**
   * A refusal at {@code stage}; {@code message} says which field or byte, and what was expected.
   */
  public RejectedException(Stage stage, Rejection rejection, String message) {
    super(message, null, false, false);
    this.stage = stage;
    this.rejection = rejection;
  }

  /** Where the bytes were refused. */
  public Stage stage() {
    return stage;
  }

  /** Why, as a code. */
  public Rejection rejection() {
    return rejection;
  }
}
