package io.millrace.operator.window;

import java.io.Serializable;

/**
 * Tumbling and sliding event-time windows, cut into panes. Windows start at multiples of the slide
 * since the epoch. A pane is the longest span that never lies across a window's edge: its length is
 * the greatest common divisor of size and slide, so that each window is a whole number of panes and
 * each record is counted once, however many windows overlap.
 *
 * <p>A window closes when the watermark reaches {@link #closeTime}: from then on a record that
 * belongs to it is late.
 *
 * <p><b>Source</b>: Li, Maier, Tufte, Papadimos, Tucker, "No Pane, No Gain: Efficient Evaluation of
 * Sliding-Window Aggregates over Data Streams", SIGMOD Record 34(1), 2005.
 *
 * <p><b>Time</b>: O(1) per call. All times are milliseconds since the epoch, within 2^62 of it.
 *
 * @param sizeMillis length of a window; from 1 to 2^60
 * @param slideMillis distance between the starts of two windows; from 1 to the size; equal to the
 *     size for tumbling windows
 * @param allowedLatenessMillis how long a window stays open after its end; from 0 to 2^60
 */
public record PanedWindows(long sizeMillis, long slideMillis, long allowedLatenessMillis)
    implements Serializable {

  /** The most panes that a window may have. */
  public static final int MAX_PANES = 10_000;

  /** The longest window and the longest lateness, so that no sum of times overflows. */
  private static final long MAX_MILLIS = 1L << 60;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException where one is out of its range, or size and slide divide a
   *     window into more than {@link #MAX_PANES} panes
   */
  public PanedWindows {
    require(sizeMillis >= 1 && sizeMillis <= MAX_MILLIS, "the window must be from 1 ms to 2^60 ms");
    require(
        slideMillis >= 1 && slideMillis <= sizeMillis,
        "the slide must be from 1 ms to the length of the window; a longer one would leave gaps");
    require(
        allowedLatenessMillis >= 0 && allowedLatenessMillis <= MAX_MILLIS,
        "the allowed lateness must be from 0 to 2^60 ms");
    require(
        sizeMillis / greatestCommonDivisor(sizeMillis, slideMillis) <= MAX_PANES,
        "window and slide share no divisor above a "
            + MAX_PANES
            + "th of the window; choose a slide that divides it");
  }

  /** Length of a pane. */
  public long paneMillis() {
    return greatestCommonDivisor(sizeMillis, slideMillis);
  }

  /** Start of the pane that holds {@code at}. */
  public long paneStart(long at) {
    return at - Math.floorMod(at, paneMillis());
  }

  /** End of the first window that holds the pane starting at {@code paneStart}. */
  public long firstWindowEnd(long paneStart) {
    long earliestStart = paneStart + paneMillis() - sizeMillis;
    return earliestStart + Math.floorMod(-earliestStart, slideMillis) + sizeMillis;
  }

  /**
   * End of the first window that holds the pane starting at {@code paneStart} and is open at {@code
   * watermark}. It is a window of the pane only while {@link #paneCloseTime} is beyond the
   * watermark.
   */
  public long firstOpenWindowEnd(long paneStart, long watermark) {
    long first = firstWindowEnd(paneStart);
    long closeTime = closeTime(first);
    if (closeTime > watermark) {
      return first;
    }
    return first + ((watermark - closeTime) / slideMillis + 1) * slideMillis;
  }

  /** End of the last window that holds the pane starting at {@code paneStart}. */
  public long lastWindowEnd(long paneStart) {
    return paneStart - Math.floorMod(paneStart, slideMillis) + sizeMillis;
  }

  /** Start of the window that ends at {@code windowEnd}. */
  public long windowStart(long windowEnd) {
    return windowEnd - sizeMillis;
  }

  /** The watermark at which the window that ends at {@code windowEnd} is complete. */
  public long closeTime(long windowEnd) {
    return windowEnd - 1 + allowedLatenessMillis;
  }

  /** The window whose {@link #closeTime} is {@code closeTime}, by its end. */
  public long windowEndClosingAt(long closeTime) {
    return closeTime - allowedLatenessMillis + 1;
  }

  /** The watermark from which on a record of this pane belongs to no open window. */
  public long paneCloseTime(long paneStart) {
    return closeTime(lastWindowEnd(paneStart));
  }

  /**
   * Whether the window that ends at {@code windowEnd} holds the pane starting at {@code paneStart}.
   */
  public boolean holds(long windowEnd, long paneStart) {
    return paneStart >= windowStart(windowEnd) && paneStart < windowEnd;
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
