package io.millrace.operator.logline;

/**
 * A text that a regular expression may look at only so often, so that one that backtracks without
 * end on a line fails on that line.
 */
final class BoundedText implements CharSequence {
  /** How many characters may be looked at, the same one again counted: some 20 ms. */
  static final int MOST_STEPS = 2_000_000;

  private final String text;
  private int steps;

  BoundedText(String text) {
    this.text = text;
  }

  /** Asks an expression about bounded texts. */
  interface Question {
    boolean ask();
  }

  /** Thrown by {@link #charAt}, which may throw nothing checked. */
  private static final class TooManyStepsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyStepsException() {
      super("too many steps", null, false, false);
    }
  }

  /**
   * The answer to a question.
   *
   * @throws LineException where it took too many steps
   */
  static boolean run(Question question) throws LineException {
    try {
      return question.ask();
    } catch (TooManyStepsException | StackOverflowError e) {
      throw new LineException(
          LineFault.TOO_SLOW,
          "the source's regular expression took more than "
              + MOST_STEPS
              + " steps, or was nested too deep; make it simpler");
    }
  }

  @Override
  public char charAt(int index) {
    if (++steps > MOST_STEPS) {
      throw new TooManyStepsException();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
