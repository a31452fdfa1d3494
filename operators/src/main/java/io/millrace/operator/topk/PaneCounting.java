package io.millrace.operator.topk;

import io.millrace.operator.window.PanedWindows;
import java.io.Serializable;

/**
 * How the tasks that count go about panes, whatever they count.
 *
 * @param windows the windows that panes belong to
 * @param dueAt when counts have to be handed on
 * @param method how is counted; only {@code exact} can be gone on with exactly
 * @param maxAheadMillis how far a record's event time may be beyond the wall clock
 * @param localBytes memory that one task may hold before it hands its counts on
 */
public record PaneCounting(
    PanedWindows windows, DueAt dueAt, String method, long maxAheadMillis, long localBytes)
    implements Serializable {
  private static final long MAX_EVENT_TIME = 1L << 62;

  /** When counts have to be handed on. */
  public enum DueAt {
    /** Before a window closes, which is published once then. */
    CLOSE,
    /** Before a window ends, and what comes later before any window ends or closes. */
    END
  }

  /** The latest event time that the source lets through when the wall clock shows {@code now}. */
  long latestEventTime(long now) {
    return now + Math.min(maxAheadMillis, MAX_EVENT_TIME - now);
  }

  /**
   * The watermark before which the counts of a pane are handed on, if no more are added.
   *
   * @param reached what is counted is beyond this, and the pane is in a window that is open then
   */
  long dueTime(long paneStart, long reached) {
    long closeTime = windows.closeTime(windows.firstOpenWindowEnd(paneStart, reached));
    if (dueAt == DueAt.CLOSE) {
      return closeTime;
    }
    PanedWindows ending = new PanedWindows(windows.sizeMillis(), windows.slideMillis(), 0);
    return Math.min(closeTime, ending.closeTime(ending.firstOpenWindowEnd(paneStart, reached)));
  }
}
