package io.millrace.operator.chart;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Selects the first songs of every chart in every region, from any number of books that have no
 * song in common.
 *
 * <p>It begins with the guess that the last song of a chart has at least three quarters of the
 * score that it had in the window before; where fewer songs than a chart has room for do, all are
 * to be offered once more.
 *
 * <p><b>Space</b>: k songs for each chart and region. <b>Time</b>: a comparison or two for a row
 * that is offered, and O(log k) for one that may be in a chart.
 */
final class ChartSelections {
  private static final double GUESS = 0.25;
  private static final double TWO_TO_64 = 0x1p64;

  private final ChartSpec spec;

  /** The charts of each region, by its number. */
  private final List<OfRegion> regions = new ArrayList<>();

  private double scale;

  // What a row needs at least to be in any of the charts.
  private double leastPlays;
  private double leastWeight;
  private double leastSupport;

  private boolean isLeastKnown;

  ChartSelections(ChartSpec spec) {
    this.spec = spec;
  }

  /** The charts of a region. */
  private final class OfRegion {
    private boolean isActive;
    private final Chart windowed = new Chart(ChartKind.WINDOWED);
    private final Chart decayed = new Chart(ChartKind.DECAYED);
    private final Chart novelty = new Chart(ChartKind.NOVELTY);

    private Chart of(ChartKind kind) {
      return switch (kind) {
        case WINDOWED -> windowed;
        case DECAYED -> decayed;
        case NOVELTY -> novelty;
      };
    }
  }

  /** A song, as a chart may have it. */
  record Selected(SongBook book, int row, long plays, double score, double baseline)
      implements Comparable<Selected> {
    /** The last in the chart first. */
    @Override
    public int compareTo(Selected other) {
      return score != other.score
          ? Double.compare(score, other.score)
          : other.book.compareIds(other.row, book, row);
    }
  }

  /** The first songs of a chart. */
  private final class Chart {
    private final boolean isWanted;
    private final PriorityQueue<Selected> songs = new PriorityQueue<>();

    /** Songs with a lower score don't enter. */
    private double gate = Double.POSITIVE_INFINITY;

    private boolean isGuessed;
    private double lastScore = Double.NEGATIVE_INFINITY;

    Chart(ChartKind kind) {
      isWanted = spec.kinds().contains(kind);
    }

    private void begin(boolean isOpen, boolean guess) {
      songs.clear();
      isGuessed = guess && lastScore > Double.NEGATIVE_INFINITY;
      gate = isGuessed ? lastScore - GUESS * Math.abs(lastScore) : Double.NEGATIVE_INFINITY;
      if (!isWanted || !isOpen) {
        gate = Double.POSITIVE_INFINITY;
      }
    }

    private void offer(SongBook book, int row, long plays, double score, double baseline) {
      songs.add(new Selected(book, row, plays, score, baseline));
      if (songs.size() > spec.k()) {
        songs.remove();
      }
      if (songs.size() == spec.k()) {
        gate = songs.element().score();
        isLeastKnown = false;
      }
    }

    /** Whether the guess left songs out. */
    private boolean end() {
      boolean isFull = songs.size() == spec.k();
      lastScore = isFull ? songs.element().score() : Double.NEGATIVE_INFINITY;
      return isGuessed && !isFull;
    }
  }

  /**
   * Begins with no songs.
   *
   * @param active the numbers of the regions whose charts are wanted
   * @param guess whether to begin with a guess
   */
  void begin(BitSet active, boolean guess) {
    while (regions.size() < active.length()) {
      regions.add(new OfRegion());
    }
    for (int i = 0; i < regions.size(); i++) {
      OfRegion of = regions.get(i);
      of.isActive = active.get(i);
      of.windowed.begin(of.isActive, guess);
      of.decayed.begin(of.isActive, guess);
      of.novelty.begin(of.isActive, guess);
    }
    isLeastKnown = false;
  }

  private void findLeast() {
    leastPlays = Double.POSITIVE_INFINITY;
    leastWeight = Double.POSITIVE_INFINITY;
    for (OfRegion of : regions) {
      leastPlays = Math.min(leastPlays, of.windowed.gate);
      leastWeight = Math.min(leastWeight, of.decayed.gate);
    }
    leastPlays = Math.max(1, leastPlays);
    leastSupport =
        spec.kinds().contains(ChartKind.NOVELTY) ? spec.minSupport() : Double.POSITIVE_INFINITY;
    isLeastKnown = true;
  }

  /** Says what sums of weights have to be multiplied by. */
  void scale(double by) {
    scale = by;
  }

  /**
   * Whether no row can be in a chart that has at most this.
   *
   * @param plays in the window
   * @param high the upper 64 bits of its weight, before it is scaled
   */
  boolean isOutOfReach(long plays, long high) {
    if (!isLeastKnown) {
      findLeast();
    }
    return plays < leastPlays
        && plays < leastSupport
        && (high + 1) * TWO_TO_64 * scale < leastWeight;
  }

  /**
   * Offers a song in a region.
   *
   * @param plays how often it was played in the window
   * @param base how often in the windows before it
   * @param weight the weight of all its plays, before it is scaled
   */
  void offer(SongBook book, int row, int region, long plays, long base, double weight) {
    if (region >= regions.size()) {
      return;
    }
    OfRegion of = regions.get(region);
    double baseline = base / (double) ChartSpec.BASELINE_WINDOWS;
    if (plays >= of.windowed.gate && plays > 0) {
      of.windowed.offer(book, row, plays, (double) plays, baseline);
    }
    double score = weight * scale;
    if (score >= of.decayed.gate && score > 0) {
      of.decayed.offer(book, row, plays, score, baseline);
    }
    if (plays >= leastSupport) {
      double novelty = (plays - baseline) / Math.sqrt(baseline + 1);
      if (novelty >= of.novelty.gate) {
        of.novelty.offer(book, row, plays, novelty, baseline);
      }
    }
  }

  /** Ends it; false where all have to be offered once more, without a guess. */
  boolean end() {
    boolean isComplete = true;
    for (OfRegion of : regions) {
      if (of.isActive) {
        isComplete &= !of.windowed.end();
        isComplete &= !of.decayed.end();
        isComplete &= !of.novelty.end();
      }
    }
    return isComplete;
  }

  /**
   * What was selected for a chart.
   *
   * @return the first songs, in no order
   */
  List<Selected> selected(ChartKind kind, int region) {
    return List.copyOf(regions.get(region).of(kind).songs);
  }
}
