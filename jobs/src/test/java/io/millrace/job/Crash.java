package io.millrace.job;

import org.jspecify.annotations.Nullable;

/** A failure that strikes a run once, at the point and occurrence it was armed for. */
public final class Crash extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static @Nullable CrashPoint armed;
  private static int occurrencesLeft;
  private static int struckAttempt = -1;

  private Crash(String message) {
    super(message);
  }

  /**
   * Makes the next run fail.
   *
   * @param occurrence the how-manieth time that the run comes to the point, over all tasks; from 1
   */
  public static synchronized void arm(CrashPoint point, int occurrence) {
    armed = point;
    occurrencesLeft = occurrence;
    struckAttempt = -1;
  }

  /** Whether the failure has struck since it was armed. */
  public static synchronized boolean hasStruck() {
    return struckAttempt >= 0;
  }

  /**
   * A run comes to a point.
   *
   * @param attempt which attempt of the job it is
   * @throws Crash if the failure was armed for this
   */
  static synchronized void at(CrashPoint point, int attempt) {
    if (point == armed && !hasStruck()) {
      occurrencesLeft--;
      if (occurrencesLeft == 0) {
        struckAttempt = attempt;
        throw new Crash("injected at " + point);
      }
    }
  }

  /**
   * An attempt does nothing more once it is struck, as if its process were gone.
   *
   * @throws Crash if this attempt is
   */
  static synchronized void checkAlive(int attempt) {
    if (attempt == struckAttempt) {
      throw new Crash("struck before");
    }
  }
}
