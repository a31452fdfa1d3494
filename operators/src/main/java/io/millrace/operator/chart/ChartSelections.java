package io.millrace.operator.chart;

import io.millrace.operator.chart.SongBook.Song;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Selects the first songs of every chart in every region, from any number of books that have no
 * song in common.
 *
 * <p><b>Space</b>: k songs for each chart and region. <b>Time</b>: a comparison for nearly every
 * song, chart and region.
 */
final class ChartSelections {
  private final ChartSpec spec;
  private final Map<Integer, OfRegion> regions = new HashMap<>();

  // Of the song whose rows are being offered, in all regions.
  private long plays;
  private long base;
  private final Decayed.Sum weight = new Decayed.Sum();

  private double scale;

  ChartSelections(ChartSpec spec) {
    this.spec = spec;
  }

  /** The charts of a region. */
  private static final class OfRegion {
    private final Map<ChartKind, Chart> charts = new EnumMap<>(ChartKind.class);
  }

  /** A song, as a chart may have it. */
  record Selected(SongBook book, Song song, long plays, double score, double baseline)
      implements Comparable<Selected> {
    /** The last in the chart first. */
    @Override
    public int compareTo(Selected other) {
      return score != other.score
          ? Double.compare(score, other.score)
          : Arrays.compareUnsigned(other.song.id(), song.id());
    }
  }

  /** The first songs of a chart. */
  private static final class Chart {
    private final int k;
    private final PriorityQueue<Selected> songs = new PriorityQueue<>();

    /** Songs with a lower score don't enter. */
    private double gate;

    Chart(int k) {
      this.k = k;
      this.gate = Double.NEGATIVE_INFINITY;
    }

    private void offer(SongBook book, Song song, long plays, double score, double baseline) {
      if (score < gate) {
        return;
      }
      songs.add(new Selected(book, song, plays, score, baseline));
      if (songs.size() > k) {
        songs.remove();
      }
      if (songs.size() == k) {
        gate = songs.element().score();
      }
    }
  }

  /** Says what sums of weights have to be multiplied by. */
  void scale(double by) {
    scale = by;
  }

  /**
   * Offers a song in a region.
   *
   * @param playsInWindow how often it was played in the window
   * @param playsInBase how often in the windows before it
   * @param weightOfAll the weight of all its plays, before it is scaled
   */
  void offer(
      SongBook book,
      Song song,
      int region,
      long playsInWindow,
      long playsInBase,
      Decayed.Sum weightOfAll) {
    plays += playsInWindow;
    base += playsInBase;
    weight.add(weightOfAll);
    select(book, song, region, playsInWindow, playsInBase, weightOfAll.toDouble() * scale);
  }

  /** Offers a song in all regions, of each of which it was offered. */
  void offerGlobal(SongBook book, Song song) {
    select(book, song, Regions.GLOBAL, plays, base, weight.toDouble() * scale);
    plays = 0;
    base = 0;
    weight.clear();
  }

  private void select(
      SongBook book, Song song, int region, long inWindow, long inBase, double decayed) {
    OfRegion of = regions.computeIfAbsent(region, any -> ofRegion());
    double baseline = inBase / (double) ChartSpec.BASELINE_WINDOWS;
    of.charts.forEach(
        (kind, chart) -> {
          switch (kind) {
            case WINDOWED -> {
              if (inWindow > 0) {
                chart.offer(book, song, inWindow, (double) inWindow, baseline);
              }
            }
            case DECAYED -> {
              if (decayed > 0) {
                chart.offer(book, song, inWindow, decayed, baseline);
              }
            }
            case NOVELTY -> {
              if (inWindow >= spec.minSupport()) {
                double novelty = (inWindow - baseline) / Math.sqrt(baseline + 1);
                chart.offer(book, song, inWindow, novelty, baseline);
              }
            }
          }
        });
  }

  private OfRegion ofRegion() {
    OfRegion of = new OfRegion();
    spec.kinds().forEach(kind -> of.charts.put(kind, new Chart(spec.k())));
    return of;
  }

  /**
   * What was selected for a chart.
   *
   * @return the first songs, in no order
   */
  List<Selected> selected(ChartKind kind, int region) {
    OfRegion of = regions.get(region);
    Chart chart = of == null ? null : of.charts.get(kind);
    return chart == null ? List.of() : List.copyOf(chart.songs);
  }
}
