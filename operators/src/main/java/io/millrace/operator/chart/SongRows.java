package io.millrace.operator.chart;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Songs in regions, and what is summed up of each: a row each, numbered from 0. A song has a row
 * for all regions together, too, to which everything is added as well.
 *
 * <p><b>Space</b>: 53 to 106 bytes a row, and the songs' ids. <b>Time</b>: O(1) for a row; {@link
 * #offerTo} passes rows by in groups of 64 that no chart has room for.
 */
final class SongRows {
  /** No row. */
  static final int NONE = -1;

  private static final int FEWEST = 16;
  private static final int GROUP_BITS = 6;

  private final ItemNumbers ids = new ItemNumbers();

  /** Of each song, its row for all regions. */
  private int[] globals = new int[FEWEST];

  private int songCount;

  /** An open-addressing table with linear probing, of the rows plus one, but those for all. */
  private int[] slots = new int[2 * FEWEST];

  private int[] songs = new int[FEWEST];
  private int[] regions = new int[FEWEST];

  /** The next row of the song; that for all regions is its first. */
  private int[] nexts = new int[FEWEST];

  private long[] inWindow = new long[FEWEST];
  private long[] inBase = new long[FEWEST];
  private final WeightSums weights = new WeightSums();

  // At least the most that a row of a group has.
  private long[] mostInWindow = new long[1];
  private long[] mostHigh = new long[1];

  private int size;

  SongRows() {
    weights.room(FEWEST);
  }

  int size() {
    return size;
  }

  /** The number of a song, which is a new one if it has none yet. */
  int song(byte[] bytes, int start, int length) {
    int song = ids.of(bytes, start, length);
    if (song == songCount) {
      songCount++;
      if (song == globals.length) {
        globals = Arrays.copyOf(globals, 2 * song);
      }
      globals[song] = append(song, Regions.GLOBAL, NONE);
    }
    return song;
  }

  /** The row of a song in a region, which is a new one if there is none yet. */
  int row(int song, int region) {
    int mask = slots.length - 1;
    int slot = hash(song, region) & mask;
    while (slots[slot] != 0) {
      int row = slots[slot] - 1;
      if (songs[row] == song && regions[row] == region) {
        return row;
      }
      slot = (slot + 1) & mask;
    }
    int global = globals[song];
    int row = append(song, region, nexts[global]);
    nexts[global] = row;
    slots[slot] = row + 1;
    if (2 * size > slots.length) {
      rebuild();
    }
    return row;
  }

  private static int hash(int song, int region) {
    int mixed = (song * 31 + region) * 0x9E3779B9;
    return mixed ^ (mixed >>> 16);
  }

  private void rebuild() {
    slots = new int[2 * slots.length];
    int mask = slots.length - 1;
    for (int row = 0; row < size; row++) {
      if (regions[row] != Regions.GLOBAL) {
        int slot = hash(songs[row], regions[row]) & mask;
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = row + 1;
      }
    }
  }

  private int append(int song, int region, int next) {
    if (size == songs.length) {
      int room = 2 * size;
      songs = Arrays.copyOf(songs, room);
      regions = Arrays.copyOf(regions, room);
      nexts = Arrays.copyOf(nexts, room);
      inWindow = Arrays.copyOf(inWindow, room);
      inBase = Arrays.copyOf(inBase, room);
      weights.room(room);
      int groups = (room >> GROUP_BITS) + 1;
      mostInWindow = Arrays.copyOf(mostInWindow, groups);
      mostHigh = Arrays.copyOf(mostHigh, groups);
    }
    songs[size] = song;
    regions[size] = region;
    nexts[size] = next;
    return size++;
  }

  /** The row of a row's song for all regions. */
  int global(int row) {
    return globals[songs[row]];
  }

  /** The next row of the same song, that for all regions being the first; or {@link #NONE}. */
  int next(int row) {
    return nexts[row];
  }

  int song(int row) {
    return songs[row];
  }

  int region(int row) {
    return regions[row];
  }

  /** The ids of the songs by their numbers. */
  ItemNumbers ids() {
    return ids;
  }

  /** Adds plays in the window, or takes them away. */
  void addInWindow(int row, long plays) {
    inWindow[row] += plays;
    int group = row >> GROUP_BITS;
    if (inWindow[row] > mostInWindow[group]) {
      mostInWindow[group] = inWindow[row];
    }
  }

  /** Adds plays in the windows before it, or takes them away. */
  void addInBase(int row, long plays) {
    inBase[row] += plays;
  }

  /** Adds weights, as {@link WeightSums#add} does. */
  void addWeight(int row, long plays, long weight, int shift) {
    weights.add(row, plays, weight, shift);
    int group = row >> GROUP_BITS;
    if (weights.high(row) > mostHigh[group]) {
      mostHigh[group] = weights.high(row);
    }
  }

  /** Shifts all weights, to the right or, where {@code by} is negative, to the left. */
  void shiftWeights(long by) {
    Arrays.fill(mostHigh, 0);
    for (int row = 0; row < size; row++) {
      weights.shift(row, by);
      int group = row >> GROUP_BITS;
      mostHigh[group] = Math.max(mostHigh[group], weights.high(row));
    }
  }

  /** Offers what may be in a chart. */
  void offerTo(ChartSelections charts, SongBook book) {
    for (int group = 0; group << GROUP_BITS < size; group++) {
      if (charts.isOutOfReach(mostInWindow[group], mostHigh[group])) {
        continue;
      }
      long mostPlays = 0;
      long most = 0;
      int end = Math.min(size, (group + 1) << GROUP_BITS);
      for (int row = group << GROUP_BITS; row < end; row++) {
        charts.offer(book, row, regions[row], inWindow[row], inBase[row], weights.toDouble(row));
        mostPlays = Math.max(mostPlays, inWindow[row]);
        most = Math.max(most, weights.high(row));
      }
      mostInWindow[group] = mostPlays;
      mostHigh[group] = most;
    }
  }

  /**
   * The rows that have anything, anew.
   *
   * @param used those that are kept whatever they have
   * @param places set to the new number of each row, {@link #NONE} where it has none; those for all
   *     regions have none, though they are kept
   */
  SongRows kept(BitSet used, int[] places) {
    SongRows kept = new SongRows();
    for (int row = 0; row < size; row++) {
      places[row] = NONE;
      if (regions[row] != Regions.GLOBAL && (used.get(row) || !isZero(row))) {
        int number = songs[row];
        int song = kept.song(ids.bytes(), ids.start(number), ids.length(number));
        places[row] = kept.row(song, regions[row]);
        kept.copy(places[row], this, row);
        kept.copy(kept.globals[song], this, globals[number]);
      }
    }
    return kept;
  }

  private boolean isZero(int row) {
    return inWindow[row] == 0 && inBase[row] == 0 && weights.isZero(row);
  }

  private void copy(int row, SongRows other, int otherRow) {
    inWindow[row] = other.inWindow[otherRow];
    inBase[row] = other.inBase[otherRow];
    weights.copy(row, other.weights, otherRow);
    int group = row >> GROUP_BITS;
    mostInWindow[group] = Math.max(mostInWindow[group], inWindow[row]);
    mostHigh[group] = Math.max(mostHigh[group], weights.high(row));
  }
}
