package io.millrace.operator.chart;

/**
 * The weight of plays at the end of a window: a play weighs 1 in its moment and half as much with
 * every half-life since. Plays count as at the middle of their pane.
 *
 * <p>A weight is an integer of 53 bits, shifted by the number of half-lives between that of the
 * pane and the oldest that still weighs anything. Sums of these are exact in 128 bits, in whatever
 * order panes come and go; when the oldest half-life has left, they are shifted back, and lose
 * nothing by it.
 *
 * <p><b>Source</b>: forward decay (Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay: A Practical
 * Time Decay Model for Streaming Systems", ICDE 2009). <b>Error</b>: a relative one of 2^-53 for
 * rounded weights; plays older than {@link ChartSpec#HALF_LIVES} half-lives are left out.
 */
final class Decayed {
  private static final int MANTISSA_BITS = 52;

  private final long halfLifeMillis;
  private final long paneMillis;

  // The last weight that was asked for.
  private long weighedPane = Long.MIN_VALUE;
  private long weight;

  Decayed(ChartSpec spec) {
    this.halfLifeMillis = spec.halfLifeMillis();
    this.paneMillis = spec.windows().paneMillis();
  }

  /** The half-life that a pane is in, numbered from the epoch. */
  long halfLifeOf(long pane) {
    return Math.floorDiv(pane + paneMillis / 2, halfLifeMillis);
  }

  /** The oldest half-life that weighs anything at the end of a window. */
  long oldest(long windowEnd) {
    return Math.floorDiv(windowEnd, halfLifeMillis) - ChartSpec.HALF_LIVES;
  }

  /** The start of the first pane in a half-life. */
  long firstPane(long halfLife) {
    long start = halfLife * halfLifeMillis - paneMillis / 2;
    return start + Math.floorMod(-start, paneMillis);
  }

  /** What a play in a pane weighs, before it is shifted: from 2^52 to 2^53. */
  long weight(long pane) {
    if (pane != weighedPane) {
      long since = Math.floorMod(pane + paneMillis / 2, halfLifeMillis);
      weight = Math.round(StrictMath.pow(2, MANTISSA_BITS + since / (double) halfLifeMillis));
      weighedPane = pane;
    }
    return weight;
  }

  /** What a sum has to be multiplied by to be the weight at the end of a window. */
  double scale(long windowEnd) {
    double since = windowEnd - (double) (oldest(windowEnd) * halfLifeMillis);
    return StrictMath.pow(2, -MANTISSA_BITS - since / halfLifeMillis);
  }
}
