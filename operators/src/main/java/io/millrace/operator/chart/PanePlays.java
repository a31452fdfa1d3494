package io.millrace.operator.chart;

import io.millrace.operator.chart.PlayForm.Entry;
import io.millrace.operator.distinct.DistinctSample;
import io.millrace.operator.distinct.DistinctWindow;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What was played in a pane and counts from a window on. A play counts in the windows that were
 * still open when it came. An entry is what was played of a {@link SongRows} row; a row may have
 * several, until they are put in order.
 *
 * <p><b>Space</b>: 20 to 40 bytes an entry, and 8 to 16 for each listener. <b>Time</b>: O(1) for an
 * entry, and O(log entries) amortised to put it in order; O(log entries) to find a row.
 */
final class PanePlays {
  private static final int FEWEST = 4;

  private final long pane;
  private final long from;
  private final BitSet active = new BitSet();

  private int[] rows = new int[FEWEST];
  private int[] plays = new int[FEWEST];
  private int[] beyondAligned = new int[FEWEST];
  private int[] beyondLast = new int[FEWEST];

  /** Where the listeners of each entry end. */
  private int[] ends = new int[FEWEST];

  private long[] listeners = new long[FEWEST];
  private int size;

  /** Entries before are in the order of their rows, one a row. */
  private int inOrder;

  /**
   * Nothing yet.
   *
   * @param pane its start
   * @param from end of the first window that it counts in
   */
  PanePlays(long pane, long from) {
    this.pane = pane;
    this.from = from;
  }

  /** The pane's start. */
  long pane() {
    return pane;
  }

  /** End of the first window that it counts in. */
  long from() {
    return from;
  }

  /** The regions with plays, of whatever bucket. */
  BitSet active() {
    return active;
  }

  /** How many entries there are. */
  int size() {
    return size;
  }

  int row(int entry) {
    return rows[entry];
  }

  int plays(int entry) {
    return plays[entry];
  }

  /** The plays of an entry that weigh anything. */
  int weighing(int entry) {
    return plays[entry] - beyondAligned[entry];
  }

  /** Adds an entry. */
  void add(int row, Entry entry) {
    if (size - inOrder > Math.max(FEWEST, 2 * inOrder)) {
      order();
    }
    append(row, entry.plays(), entry.beyondAligned(), entry.beyondLast());
    append(entry.listeners(), 0, entry.listeners().length);
  }

  /** Adds an entry without listeners. */
  private void append(int row, int played, int aligned, int last) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, 2 * size);
      plays = Arrays.copyOf(plays, 2 * size);
      beyondAligned = Arrays.copyOf(beyondAligned, 2 * size);
      beyondLast = Arrays.copyOf(beyondLast, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    rows[size] = row;
    plays[size] = played;
    beyondAligned[size] = aligned;
    beyondLast[size] = last;
    ends[size] = start(size);
    size++;
  }

  /** Adds listeners to the last entry. */
  private void append(long[] hashes, int first, int end) {
    int last = ends[size - 1];
    if (end - first > listeners.length - last) {
      listeners = Arrays.copyOf(listeners, Math.max(last + end - first, 2 * listeners.length));
    }
    System.arraycopy(hashes, first, listeners, last, end - first);
    ends[size - 1] = last + end - first;
  }

  private int start(int entry) {
    return entry == 0 ? 0 : ends[entry - 1];
  }

  /** Puts entries in the order of their rows, and makes one of those that a row has. */
  void order() {
    if (inOrder == size) {
      return;
    }
    long[] keys = new long[size];
    for (int i = 0; i < size; i++) {
      keys[i] = ((long) rows[i] << Integer.SIZE) | i;
    }
    Arrays.sort(keys);
    PanePlays ordered = new PanePlays(pane, from);
    ordered.room(size, start(size));
    for (int i = 0; i < size; ) {
      int entry = (int) keys[i];
      int row = rows[entry];
      ordered.append(row, plays[entry], beyondAligned[entry], beyondLast[entry]);
      long[] heard = listeners;
      int first = start(entry);
      int end = ends[entry];
      for (i++; i < size && rows[(int) keys[i]] == row; i++) {
        int other = (int) keys[i];
        ordered.addToLast(plays[other], beyondAligned[other], beyondLast[other]);
        heard = union(heard, first, end, listeners, start(other), ends[other]);
        first = 0;
        end = heard.length;
      }
      ordered.append(heard, first, end);
    }
    takeOver(ordered);
  }

  private void room(int entries, int heard) {
    rows = new int[entries];
    plays = new int[entries];
    beyondAligned = new int[entries];
    beyondLast = new int[entries];
    ends = new int[entries];
    listeners = new long[heard];
  }

  private void addToLast(int played, int aligned, int last) {
    int entry = size - 1;
    plays[entry] = Math.addExact(plays[entry], played);
    beyondAligned[entry] = Math.addExact(beyondAligned[entry], aligned);
    beyondLast[entry] = Math.addExact(beyondLast[entry], last);
  }

  private void takeOver(PanePlays ordered) {
    rows = ordered.rows;
    plays = ordered.plays;
    beyondAligned = ordered.beyondAligned;
    beyondLast = ordered.beyondLast;
    ends = ordered.ends;
    listeners = ordered.listeners;
    size = ordered.size;
    inOrder = size;
  }

  /** The items of two ranges in rising order, as many as a sample keeps. */
  private static long[] union(
      long[] one, int start, int end, long[] other, int otherStart, int otherEnd) {
    int i = start;
    int j = otherStart;
    long[] union = new long[Math.min(end - i + otherEnd - j, DistinctSample.EXACT + 1)];
    int size = 0;
    while (size < union.length && (i < end || j < otherEnd)) {
      if (j == otherEnd || (i < end && one[i] <= other[j])) {
        if (j < otherEnd && one[i] == other[j]) {
          j++;
        }
        union[size++] = one[i++];
      } else {
        union[size++] = other[j++];
      }
    }
    return size == union.length ? union : Arrays.copyOf(union, size);
  }

  /** Adds the listeners of a row to a window, if it has any here. */
  void addListeners(int row, DistinctWindow window) {
    order();
    int entry = Arrays.binarySearch(rows, 0, size, row);
    if (entry >= 0) {
      window.enter(listeners, start(entry), ends[entry]);
    }
  }

  /**
   * Adds the listeners of an entry to a window, or takes them away. The entries must be in order
   * each time, so that it is the same ones that come and go.
   *
   * @param sign 1 or -1
   */
  void moveListeners(int entry, int sign, DistinctWindow window) {
    if (sign > 0) {
      window.enter(listeners, start(entry), ends[entry]);
    } else {
      window.leave(listeners, start(entry), ends[entry]);
    }
  }

  /** An entry by itself. */
  Entry entry(int entry, boolean withListeners) {
    return new Entry(
        plays[entry],
        beyondAligned[entry],
        beyondLast[entry],
        withListeners
            ? Arrays.copyOfRange(listeners, start(entry), ends[entry])
            : Entry.NO_LISTENERS);
  }

  /**
   * Gives rows other numbers.
   *
   * @param places the new numbers by the present ones
   */
  void renumber(int[] places) {
    for (int i = 0; i < size; i++) {
      rows[i] = places[rows[i]];
    }
    inOrder = 0;
  }
}
