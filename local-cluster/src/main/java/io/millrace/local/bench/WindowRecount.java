package io.millrace.local.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Recounts the requests of one window after another, by nothing that the jobs are made of. {@link
 * #next} goes to the first window, and then to each next one that has requests.
 *
 * <p><b>Space</b>: 4 bytes a request and a path. <b>Time</b>: each request is counted twice,
 * however many windows overlap; {@link #heaviest} looks at every path.
 */
final class WindowRecount {
  /** The heaviest first, and equally heavy ones by the bytes of their UTF-8. */
  static final Comparator<Count> RANKING =
      Comparator.comparingLong(Count::count)
          .reversed()
          .thenComparing(
              count -> count.path().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private final long slideMillis;
  private final int panesInWindow;
  private final int panes;
  private final int[] ranks;
  private final int[] paneStarts;
  private final int[] counts = new int[LoadPaths.COUNT];
  private int endPane;
  private long total;

  /** How often a path was requested. */
  record Count(String path, long count) {}

  /**
   * Of windows as heavy hitters has them by default.
   *
   * @param slideMillis distance between two of them; divides their length
   */
  WindowRecount(RequestLoad load, long slideMillis) {
    this.slideMillis = slideMillis;
    this.panesInWindow = (int) (RequestLoad.WINDOW_MILLIS / slideMillis);
    this.panes = RequestLoad.WINDOWS * panesInWindow;
    this.ranks = new int[load.records()];
    this.paneStarts = new int[panes + 1];
    int[] pane = new int[load.records()];
    for (int i = 0; i < pane.length; i++) {
      pane[i] = (int) (load.time(i) / slideMillis);
      paneStarts[pane[i] + 1]++;
    }
    for (int i = 1; i <= panes; i++) {
      paneStarts[i] += paneStarts[i - 1];
    }
    int[] next = paneStarts.clone();
    for (int i = 0; i < pane.length; i++) {
      ranks[next[pane[i]]++] = load.rank(i);
    }
  }

  /** Goes on to the next window with requests; false where there is none. */
  boolean next() {
    do {
      endPane++;
      count(endPane - 1, 1);
      count(endPane - 1 - panesInWindow, -1);
    } while (total == 0 && endPane < panes + panesInWindow);
    return total > 0;
  }

  /** End of the window, exclusive, in milliseconds since the epoch. */
  long end() {
    return RequestLoad.START + endPane * slideMillis;
  }

  /** How many requests are in the window. */
  long total() {
    return total;
  }

  /** How many requests in the window are for a path. */
  long count(String path) {
    int rank = LoadPaths.rank(path);
    return rank < 0 ? 0 : counts[rank];
  }

  /** The paths of the window with the most requests, at most so many, the heaviest first. */
  List<Count> heaviest(int most) {
    PriorityQueue<Count> lightestFirst = new PriorityQueue<>(RANKING.reversed());
    long least = 1;
    for (int rank = 0; rank < counts.length; rank++) {
      if (counts[rank] >= least) {
        lightestFirst.add(new Count(LoadPaths.of(rank), counts[rank]));
        if (lightestFirst.size() > most) {
          lightestFirst.remove();
          least = lightestFirst.element().count();
        }
      }
    }
    List<Count> heaviest = new ArrayList<>(lightestFirst);
    heaviest.sort(RANKING);
    return heaviest;
  }

  private void count(int pane, int times) {
    if (pane < 0 || pane >= panes) {
      return;
    }
    for (int i = paneStarts[pane]; i < paneStarts[pane + 1]; i++) {
      counts[ranks[i]] += times;
    }
    total += (long) times * (paneStarts[pane + 1] - paneStarts[pane]);
  }
}
