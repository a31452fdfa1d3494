package io.millrace.local.intake;

/** A request can't be taken as it is; its message tells the sender why. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedException(int status, String message) {
    super(message);
    this.status = status;
  }

  RefusedException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** The status of the answer. */
  int status() {
    return status;
  }
}
