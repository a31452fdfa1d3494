package io.millrace.operator.logline;

/**
 * Thrown for a line that can't be read. The message says at which character, and quotes nothing of
 * the line. It has no stack trace, so that bad lines stay cheap.
 */
public final class LineException extends Exception {
  private static final long serialVersionUID = 1L;

  private final LineFault fault;

  /** A fault of the line as a whole. */
  public LineException(LineFault fault, String message) {
    super(message, null, false, false);
    this.fault = fault;
  }

  /** A fault at a character of the line, counted from 0. */
  LineException(LineFault fault, int position, String message) {
    this(fault, message + " at character " + (position + 1));
  }

  /** Why. */
  public LineFault fault() {
    return fault;
  }
}
