package io.millrace.operator.chart;

import io.millrace.operator.topk.PaneCounting;
import io.millrace.operator.window.PanedWindows;
import java.io.Serializable;
import java.util.List;

/**
 * What charts are made and how.
 *
 * @param windows the windows that charts are published for; the slide must divide their length
 * @param kinds which charts; at least one, each once
 * @param k the most entries of a chart; from 1 to 10,000
 * @param halfLifeMillis in what time the weight of a play falls to half in the decayed chart; at
 *     least 1
 * @param listenerCap how many plays of one listener of one song count in a window; 0 for all
 * @param minSupport how many plays a song needs in the window to be in the novelty chart; at least
 *     1
 * @param maxAheadMillis how far a play's event time may be beyond the wall clock; the source
 *     refuses those that are further ahead. While an input is idle, windows further ahead than this
 *     wait for the clock
 * @param localBytes memory that one task may hold before it hands its counts on; at least 64 KiB
 */
public record ChartSpec(
    PanedWindows windows,
    List<ChartKind> kinds,
    int k,
    long halfLifeMillis,
    int listenerCap,
    int minSupport,
    long maxAheadMillis,
    long localBytes)
    implements Serializable {
  /** The most entries of a chart. */
  public static final int MAX_K = 10_000;

  /** The windows before, whose mean is what a song is compared with. */
  public static final int BASELINE_WINDOWS = 24;

  /** Plays that are older than so many half-lives weigh nothing. */
  public static final int HALF_LIVES = 24;

  /** Memory of one counting task that fits a task manager of the default size. */
  public static final long DEFAULT_LOCAL_BYTES = 64L << 20;

  private static final long LEAST_BYTES = 64 << 10;

  /** Watermarks beyond it say that the input has ended. */
  static final long LAST_TIME = 1L << 61;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException where one is out of its range; the message says which
   */
  public ChartSpec {
    kinds = List.copyOf(kinds);
    require(!kinds.isEmpty(), "there must be a chart");
    require(kinds.stream().distinct().count() == kinds.size(), "each chart can be asked for once");
    require(k >= 1 && k <= MAX_K, "k must be from 1 to " + MAX_K + ", but is " + k);
    require(
        windows.paneMillis() == windows.slideMillis(),
        String.format(
            "the slide must divide the window, but %d ms does not divide %d ms",
            windows.slideMillis(), windows.sizeMillis()));
    require(halfLifeMillis >= 1, "the half-life must be at least 1 ms");
    require(listenerCap >= 0, "the plays of a listener that count must be at least 0");
    require(minSupport >= 1, "the plays that a song needs for novelty must be at least 1");
    require(maxAheadMillis >= 0, "the time ahead must not be negative");
    require(localBytes >= LEAST_BYTES, "the local memory must be at least 64 KiB");
    require(
        keptMillis(windows, halfLifeMillis) / windows.slideMillis() <= PanedWindows.MAX_PANES,
        String.format(
            "what is kept, %d windows or %d half-lives, is more than %d slides; choose a longer"
                + " slide, or a shorter window or half-life",
            BASELINE_WINDOWS + 1, HALF_LIVES + 1, PanedWindows.MAX_PANES));
  }

  /** How far back from the end of a window plays make a difference. */
  private static long keptMillis(PanedWindows windows, long halfLifeMillis) {
    return Math.max(
        (BASELINE_WINDOWS + 1) * Math.min(windows.sizeMillis(), Long.MAX_VALUE / 64),
        (HALF_LIVES + 1) * Math.min(halfLifeMillis, Long.MAX_VALUE / 64));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** How the tasks that count go about panes. */
  PaneCounting counting() {
    return new PaneCounting(windows, PaneCounting.DueAt.END, "exact", maxAheadMillis, localBytes);
  }

  /** End of the first window that is open at a watermark. */
  long firstOpen(long watermark) {
    long time = Math.max(-LAST_TIME, Math.min(LAST_TIME, watermark));
    long closed = windows.paneStart(time - windows.allowedLatenessMillis() - windows.sizeMillis());
    return windows.firstOpenWindowEnd(closed, time);
  }

  /** Plays before this make no difference to which plays are beyond the cap. */
  long cappedFrom(long watermark) {
    return firstOpen(watermark) - 2 * windows.sizeMillis();
  }

  /** Start of the first pane that makes a difference to the window that ends at a time. */
  long keptFrom(long windowEnd) {
    long decayedFrom = (Math.floorDiv(windowEnd, halfLifeMillis) - HALF_LIVES - 1) * halfLifeMillis;
    long windowsFrom = windowEnd - (BASELINE_WINDOWS + 1) * windows.sizeMillis();
    return windows.paneStart(Math.min(decayedFrom, windowsFrom));
  }
}
