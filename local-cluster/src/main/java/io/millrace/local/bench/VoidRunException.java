package io.millrace.local.bench;

/** A timed run failed, or its output is wrong, so that its time means nothing. */
public final class VoidRunException extends Exception {
  private static final long serialVersionUID = 1L;

  VoidRunException(String message) {
    super(message);
  }
}
