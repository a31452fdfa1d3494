package io.millrace.local.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Recounts the plays of one window after another, by nothing that the jobs are made of. {@link
 * #next} goes to the first window, and then to each next one that has plays.
 *
 * <p><b>Space</b>: 96 bytes a song that may be drawn, and 14 a play. <b>Time</b>: each play is
 * counted twice, however many windows overlap; {@link #first} looks at every song.
 */
final class ChartRecount {
  /** The number of all regions together; the others follow in the order of {@link PlayLoad}. */
  static final int GLOBAL = 0;

  /** As many windows before are what a song is compared with. */
  private static final int BASELINE_WINDOWS = 24;

  private static final double HALF_LIFE_MILLIS = 3_600_000;
  private static final int MIN_SUPPORT = 20;

  /** A listener's plays of a song that count in a window. */
  private static final int CAP = 10;

  private static final int PLACES = 1 + PlayLoad.REGIONS.size();

  /** The first in a chart first. */
  static final Comparator<Charted> FIRST =
      Comparator.comparingDouble(Charted::score)
          .reversed()
          .thenComparing(
              charted -> PlayLoad.songId(charted.song()).getBytes(StandardCharsets.UTF_8),
              Arrays::compareUnsigned);

  private final PlayLoad load;
  private final long slideMillis;
  private final int panesInWindow;
  private final int panes;

  /** The plays that count, by pane. */
  private final int[] plays;

  private final int[] paneStarts;

  /** Those of listeners who play a song more often than counts, by listener and song. */
  private final List<int[]> loops = new ArrayList<>();

  /** Of these, the plays that weigh nothing in the decayed chart. */
  private final Set<Integer> weightless = new HashSet<>();

  private final int[][] inWindow = new int[PLACES][PlayLoad.SONGS];
  private final int[][] before = new int[PLACES][PlayLoad.SONGS];
  private final double[][] weight = new double[PLACES][PlayLoad.SONGS];
  private final long[] total = new long[PLACES];
  private int endPane;

  /** How songs are ranked. */
  enum Kind {
    WINDOWED,
    DECAYED,
    NOVELTY;

    String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A song in a chart. */
  record Charted(int song, double score) {}

  /**
   * Of windows as trending songs has them by default.
   *
   * @param slideMillis distance between two of them; divides their length
   * @param isCapped whether a play counts once, and a listener's plays of a song up to the cap
   */
  ChartRecount(PlayLoad load, long slideMillis, boolean isCapped) {
    this.load = load;
    this.slideMillis = slideMillis;
    this.panesInWindow = (int) (PlayLoad.WINDOW_MILLIS / slideMillis);
    this.panes = PlayLoad.WINDOWS * panesInWindow;
    this.paneStarts = new int[panes + 1];
    int[] counting =
        IntStream.range(0, load.records()).filter(i -> load.counts(i, isCapped)).toArray();
    for (int play : counting) {
      paneStarts[pane(play) + 1]++;
    }
    for (int i = 1; i <= panes; i++) {
      paneStarts[i] += paneStarts[i - 1];
    }
    plays = new int[counting.length];
    int[] next = paneStarts.clone();
    for (int play : counting) {
      plays[next[pane(play)]++] = play;
    }
    if (isCapped) {
      findLoops(counting);
    }
  }

  private int pane(int play) {
    return (int) (load.time(play) / slideMillis);
  }

  private void findLoops(int[] counting) {
    long[] pairs = Arrays.stream(counting).mapToLong(this::pair).sorted().toArray();
    Set<Long> looped = new HashSet<>();
    for (int i = CAP; i < pairs.length; i++) {
      if (pairs[i] == pairs[i - CAP]) {
        looped.add(pairs[i]);
      }
    }
    for (long pair : looped) {
      int[] loop =
          Arrays.stream(counting)
              .filter(play -> pair(play) == pair)
              .boxed()
              .sorted(Comparator.<Integer>comparingInt(this::pane).thenComparing(load::region))
              .mapToInt(Integer::intValue)
              .toArray();
      loops.add(loop);
      for (int window = 1; window <= PlayLoad.WINDOWS; window++) {
        beyond(loop, window * panesInWindow).forEach(weightless::add);
      }
    }
  }

  private long pair(int play) {
    return (long) load.listener(play) * PlayLoad.SONGS + load.song(play);
  }

  /** The plays that are beyond the cap in the window that ends with a pane. */
  private IntStream beyond(int[] loop, int end) {
    return Arrays.stream(loop)
        .filter(play -> pane(play) < end && pane(play) >= end - panesInWindow)
        .skip(CAP);
  }

  /** Goes on to the next window with plays; false where there is none. */
  boolean next() {
    cap(1);
    do {
      endPane++;
      enter(endPane - 1);
      leave(endPane - 1 - panesInWindow);
    } while (total[GLOBAL] == 0 && endPane < panes + panesInWindow);
    cap(-1);
    return total[GLOBAL] > 0;
  }

  private void enter(int pane) {
    double weightOfOne = Math.pow(2, (pane + 0.5) * slideMillis / HALF_LIFE_MILLIS);
    for (int i = start(pane); i < start(pane + 1); i++) {
      double weightOfPlay = weightless.contains(plays[i]) ? 0 : weightOfOne;
      for (int place : places(plays[i])) {
        inWindow[place][load.song(plays[i])]++;
        weight[place][load.song(plays[i])] += weightOfPlay;
        total[place]++;
      }
    }
  }

  private void leave(int pane) {
    for (int i = start(pane); i < start(pane + 1); i++) {
      for (int place : places(plays[i])) {
        inWindow[place][load.song(plays[i])]--;
        before[place][load.song(plays[i])]++;
        total[place]--;
      }
    }
  }

  /** Takes out of the window, and of those before, what is beyond the cap, or puts it back. */
  private void cap(int by) {
    for (int[] loop : loops) {
      beyond(loop, endPane).forEach(play -> add(inWindow, play, by));
      for (int end = endPane - panesInWindow; end > 0; end -= panesInWindow) {
        beyond(loop, end).forEach(play -> add(before, play, by));
      }
    }
  }

  private void add(int[][] counts, int play, int by) {
    for (int place : places(play)) {
      counts[place][load.song(play)] += by;
    }
  }

  private int[] places(int play) {
    return new int[] {GLOBAL, 1 + load.region(play)};
  }

  private int start(int pane) {
    return paneStarts[Math.max(0, Math.min(pane, panes))];
  }

  /** End of the window, exclusive, in milliseconds since the epoch. */
  long end() {
    return PlayLoad.START + endPane * slideMillis;
  }

  /** Whether anything was played in a region. */
  boolean isActive(int place) {
    return total[place] > 0;
  }

  long plays(int place, int song) {
    return inWindow[place][song];
  }

  double baseline(int place, int song) {
    return before[place][song] / (double) BASELINE_WINDOWS;
  }

  /** What a song is ranked by; not above 0 where it is not in the chart at all. */
  double score(Kind kind, int place, int song) {
    return switch (kind) {
      case WINDOWED -> inWindow[place][song];
      case DECAYED -> weight[place][song] * Math.pow(2, -endPane * slideMillis / HALF_LIFE_MILLIS);
      case NOVELTY -> {
        double baseline = baseline(place, song);
        yield inWindow[place][song] < MIN_SUPPORT
            ? Double.NEGATIVE_INFINITY
            : (inWindow[place][song] - baseline) / Math.sqrt(baseline + 1);
      }
    };
  }

  /** The first songs of a chart, at most so many. */
  List<Charted> first(Kind kind, int place, int most) {
    PriorityQueue<Charted> lastFirst = new PriorityQueue<>(FIRST.reversed());
    double least = Double.NEGATIVE_INFINITY;
    for (int song = 0; song < PlayLoad.SONGS; song++) {
      if (weight[place][song] == 0 && inWindow[place][song] == 0) {
        continue;
      }
      double score = score(kind, place, song);
      boolean qualifies = kind == Kind.NOVELTY ? score > Double.NEGATIVE_INFINITY : score > 0;
      if (qualifies && score >= least) {
        lastFirst.add(new Charted(song, score));
        if (lastFirst.size() > most) {
          lastFirst.remove();
          least = lastFirst.element().score();
        }
      }
    }
    List<Charted> first = new ArrayList<>(lastFirst);
    first.sort(FIRST);
    return first;
  }

  /** How many people played each song in the window, by the songs that are asked for. */
  long[] listeners(int place, int[] songs) {
    int[] placeOf = new int[PlayLoad.SONGS];
    List<Set<Integer>> heard = new ArrayList<>();
    for (int song : songs) {
      heard.add(new HashSet<>());
      placeOf[song] = heard.size();
    }
    for (int i = start(endPane - panesInWindow); i < start(endPane); i++) {
      int at = placeOf[load.song(plays[i])];
      if (at > 0 && (place == GLOBAL || place == 1 + load.region(plays[i]))) {
        heard.get(at - 1).add(load.listener(plays[i]));
      }
    }
    return heard.stream().mapToLong(Set::size).toArray();
  }
}
