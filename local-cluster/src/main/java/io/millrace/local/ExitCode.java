package io.millrace.local;

/** What the command's exit codes mean. */
final class ExitCode {
  /** The run is over; a live one also after Ctrl-C. */
  static final int DONE = 0;

  /** The job failed. */
  static final int FAILED = 1;

  /** The command can't be run as it was given. */
  static final int USAGE = 2;

  /** A bounded run was stopped before its end: 128 and the number of SIGINT. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
