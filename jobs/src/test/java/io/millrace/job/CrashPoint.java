package io.millrace.job;

import java.util.EnumSet;
import java.util.Set;

/** Where in a run {@link Crash} may strike. */
public enum CrashPoint {
  /** A watermark publishes a window; its first row is on its way into the sink. */
  WINDOW_PUBLISHED,
  /** The rows of a window are in the sink's transaction, and no checkpoint is. */
  ROWS_IN_TRANSACTION,
  /** A sink has flushed its rows for a checkpoint; the barrier has not gone on. */
  FLUSHED_BEFORE_BARRIER,
  /** A checkpoint is complete, and none of its transactions is committed. */
  CHECKPOINT_COMPLETE,
  /** Some of a checkpoint's transactions are committed, and the others are not. */
  PARTLY_COMMITTED,
  /** A store has taken rows of a checkpoint that is not complete. */
  STORE_WRITTEN;

  /** Those that a job without a store comes to. */
  public static Set<CrashPoint> inTopics() {
    return EnumSet.complementOf(EnumSet.of(STORE_WRITTEN));
  }
}
