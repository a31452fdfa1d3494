package io.millrace.operator.chart;

import io.millrace.operator.window.PanedWindows;
import java.util.function.IntBinaryOperator;

/**
 * How often each listener has played each song, by pane and region, and which of these plays are
 * beyond what may count in a window: in each, the first {@code cap} plays of a listener count, in
 * the order of panes, and within a pane in the order of regions. So it makes no difference in which
 * order plays come.
 *
 * <p><b>Space</b>: about 70 bytes for a listener, song and pane. <b>Time</b>: O(1) for a play of a
 * listener with few; for one of many, what its windows have of that listener and song.
 * <b>Error</b>: listener and song are told apart by 64 bits of a hash.
 */
final class CapTable {
  private static final int FEWEST = 16;
  private static final int NONE = -1;

  private final PanedWindows windows;
  private final int cap;
  private final IntBinaryOperator regionOrder;

  /** An open-addressing table with linear probing; free where {@link #heads} has 0. */
  private long[] pairs = new long[FEWEST];

  /** The number of each pair's first entry, plus one. */
  private int[] heads = new int[FEWEST];

  private int pairsHeld;

  // The entries of a pair follow each other in the order in which they count.
  private long[] panes = new long[FEWEST];
  private int[] regions = new int[FEWEST];
  private int[] counts = new int[FEWEST];
  private int[] nexts = new int[FEWEST];
  private int entries;
  private int oldEntries;

  /** Is told of plays that no longer count in a window, or never did. */
  @FunctionalInterface
  interface Excess {
    /**
     * One play more doesn't count.
     *
     * @param windowEnd end of the window
     * @param pane start of the pane in which it was played
     * @param region where it was played
     */
    void add(long windowEnd, long pane, int region);
  }

  /**
   * An empty table.
   *
   * @param cap how many plays of a listener and song count in a window; positive
   * @param regionOrder compares two regions
   */
  CapTable(PanedWindows windows, int cap, IntBinaryOperator regionOrder) {
    this.windows = windows;
    this.cap = cap;
    this.regionOrder = regionOrder;
  }

  /** How many numbers of plays are held, one for each listener, song, pane and region. */
  int size() {
    return entries - oldEntries;
  }

  /** Memory held, in bytes. */
  long memoryBytes() {
    return 120
        + (long) pairs.length * (Long.BYTES + Integer.BYTES)
        + (long) panes.length * (Long.BYTES + 3 * Integer.BYTES);
  }

  /**
   * Adds a play.
   *
   * @param pair hash of listener and song
   * @param pane start of its pane
   * @param keptFrom panes before this don't count, and may have been forgotten
   * @param excess is told which plays don't count now, but did or would have
   * @return whether it may count in some window; otherwise it changes nothing
   */
  boolean add(long pair, long pane, int region, long keptFrom, Excess excess) {
    int slot = slot(pair);
    int before = NONE;
    int entry = heads[slot] - 1;
    while (entry != NONE && order(entry, pane, region) < 0) {
      before = entry;
      entry = nexts[entry];
    }
    boolean isThere = entry != NONE && panes[entry] == pane && regions[entry] == region;
    if (isThere && counts[entry] == cap) {
      return false;
    }
    if (!isThere) {
      entry = insert(pair, slot, before, entry, pane, region);
    }
    tellExcess(heads[slot] - 1, entry, excess);
    counts[entry]++;
    if (entries == panes.length || 3 * pairsHeld > 2 * pairs.length) {
      rebuild(keptFrom);
    }
    return true;
  }

  private int order(int entry, long pane, int region) {
    return panes[entry] != pane
        ? Long.compare(panes[entry], pane)
        : regionOrder.applyAsInt(regions[entry], region);
  }

  private int insert(long pair, int slot, int before, int after, long pane, int region) {
    int entry = entries++;
    panes[entry] = pane;
    regions[entry] = region;
    counts[entry] = 0;
    nexts[entry] = after;
    if (before != NONE) {
      nexts[before] = entry;
    } else {
      pairsHeld += heads[slot] == 0 ? 1 : 0;
      pairs[slot] = pair;
      heads[slot] = entry + 1;
    }
    return entry;
  }

  /**
   * Tells of one play more of an entry, before it is counted. In a window that has as many as
   * count, either it or the last that counted is in excess.
   */
  private void tellExcess(int first, int added, Excess excess) {
    if (nexts[first] == NONE && counts[first] < cap) {
      return;
    }
    long pane = panes[added];
    long last = windows.lastWindowEnd(pane);
    for (long end = windows.firstWindowEnd(pane); end <= last; end += windows.slideMillis()) {
      int counted = 0;
      int lastCounted = NONE;
      boolean isAddedBefore = false;
      for (int entry = first; entry != NONE && counted < cap; entry = nexts[entry]) {
        if (windows.holds(end, panes[entry])) {
          counted += counts[entry];
          lastCounted = entry;
          isAddedBefore |= entry == added;
        }
      }
      if (counted >= cap) {
        int beyond = isAddedBefore ? lastCounted : added;
        excess.add(end, panes[beyond], regions[beyond]);
      }
    }
  }

  /**
   * Says that panes before {@code keptFrom} are not asked for any more.
   *
   * @param count how many entries these have, but for those of which it was said before
   */
  void forget(int count, long keptFrom) {
    oldEntries += count;
    if (2 * oldEntries > entries) {
      rebuild(keptFrom);
    }
  }

  /** Keeps what is needed, with room for as much again. */
  private void rebuild(long keptFrom) {
    CapTable kept = new CapTable(windows, cap, regionOrder);
    int needed = 0;
    for (int entry = 0; entry < entries; entry++) {
      needed += panes[entry] >= keptFrom ? 1 : 0;
    }
    int room = FEWEST;
    while (room < 2L * needed) {
      room *= 2;
    }
    kept.pairs = new long[room];
    kept.heads = new int[room];
    kept.panes = new long[room];
    kept.regions = new int[room];
    kept.counts = new int[room];
    kept.nexts = new int[room];
    for (int slot = 0; slot < pairs.length; slot++) {
      int before = NONE;
      for (int entry = heads[slot] - 1; entry != NONE; entry = nexts[entry]) {
        if (panes[entry] >= keptFrom) {
          int into = kept.slot(pairs[slot]);
          int copy = kept.insert(pairs[slot], into, before, NONE, panes[entry], regions[entry]);
          kept.counts[copy] = counts[entry];
          before = copy;
        }
      }
    }
    pairs = kept.pairs;
    heads = kept.heads;
    pairsHeld = kept.pairsHeld;
    panes = kept.panes;
    regions = kept.regions;
    counts = kept.counts;
    nexts = kept.nexts;
    entries = kept.entries;
    oldEntries = 0;
  }

  /** Where a pair is, or would be. */
  private int slot(long pair) {
    int mask = pairs.length - 1;
    int slot = (int) (pair >>> Integer.SIZE) & mask;
    while (heads[slot] != 0 && pairs[slot] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
