package io.millrace.operator.sketch;

import java.util.Arrays;

/**
 * Space-Saving: when the memory is full, a new item takes the place of the lightest, and starts
 * from its weight. Any item that weighs more than total / items held is among them.
 *
 * <p><b>Source</b>: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k
 * Elements in Data Streams", ICDT 2005. Their stream-summary finds the lightest through a list of
 * equal counts, which weights would turn into a long walk; here a heap finds it. The heap looks at
 * counts only when an item has to leave: counts never fall, so a stale one is at most too small,
 * and an update of an item that is there costs no more than in a hash table.
 *
 * <p><b>Space</b>: the memory bound, or more where {@code fewestItems} need more. <b>Time</b>: O(1)
 * for an item that is there, O(log n) amortised for one that enters.
 *
 * <p><b>Error</b>: at most total / items held, and at most total / fewestItems. The count is the
 * upper bound. <b>Order</b>: within the bounds. <b>Replay</b>: not idempotent.
 */
public class SpaceSaving extends TableSketch {
  /** A quarter of the memory stays free for the items that enter before the next compaction. */
  private static final int SPARE_PARTS = 4;

  private final int fewestItems;

  // A binary heap by count when last looked at; built when the first item has to leave.
  private int[] entries = {};
  private long[] counts = {};
  private int heaped;
  private boolean built;

  /**
   * Nothing counted yet.
   *
   * @param memoryBytes bound of {@link #memoryBytes}, in bytes; positive
   * @param fewestItems where fewer items are held, the memory bound gives way; positive
   */
  public SpaceSaving(long memoryBytes, int fewestItems) {
    this(SketchAlgorithm.SPACE_SAVING, memoryBytes, fewestItems);
  }

  SpaceSaving(SketchAlgorithm algorithm, long memoryBytes, int fewestItems) {
    // An entry of the heap takes 12 bytes and an eighth, where one of the table takes 50 and more
    // with its share of what stays free.
    super(algorithm, new ItemTable(memoryBytes - memoryBytes / 4, fewestItems));
    this.fewestItems = fewestItems;
  }

  @Override
  public long maxErrorAtMost(long total) {
    return total / fewestItems;
  }

  @Override
  public long memoryBytes() {
    return super.memoryBytes()
        + entries.length * (long) Integer.BYTES
        + counts.length * (long) Long.BYTES;
  }

  @Override
  public void reset() {
    super.reset();
    forgetHeap();
  }

  /** To be called after an upper bound has shrunk: the heap only knows of those that grow. */
  final void forgetHeap() {
    built = false;
  }

  @Override
  void makeRoom(int length) {
    while (!table.hasRoom(length, SPARE_PARTS)) {
      evictLightest();
    }
    if (table.wantsCompaction(length)) {
      table.compact();
      forgetHeap();
    }
  }

  @Override
  void entered(int entry) {
    if (built) {
      if (heaped == entries.length) {
        resize(heaped + (heaped >> 1) + 1);
      }
      entries[heaped] = entry;
      counts[heaped] = table.upper(entry);
      heaped++;
      siftUp(heaped - 1);
    }
  }

  private void evictLightest() {
    if (!built) {
      build();
    }
    long count = table.upper(entries[0]);
    while (count > counts[0]) {
      counts[0] = count;
      siftDown(0);
      count = table.upper(entries[0]);
    }
    table.remove(entries[0]);
    raiseFloor(count);
    heaped--;
    entries[0] = entries[heaped];
    counts[0] = counts[heaped];
    siftDown(0);
  }

  private void build() {
    if (table.size() > entries.length) {
      resize(table.size() + (table.size() >> 3));
    }
    heaped = 0;
    for (int entry = table.first(); entry < table.end(); entry = table.next(entry)) {
      entries[heaped] = entry;
      counts[heaped] = table.upper(entry);
      heaped++;
    }
    for (int i = heaped / 2 - 1; i >= 0; i--) {
      siftDown(i);
    }
    built = true;
  }

  private void resize(int length) {
    entries = Arrays.copyOf(entries, length);
    counts = Arrays.copyOf(counts, length);
  }

  private void siftUp(int from) {
    int entry = entries[from];
    long count = counts[from];
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >> 1;
      if (counts[parent] <= count) {
        break;
      }
      entries[i] = entries[parent];
      counts[i] = counts[parent];
      i = parent;
    }
    entries[i] = entry;
    counts[i] = count;
  }

  private void siftDown(int from) {
    int entry = entries[from];
    long count = counts[from];
    int i = from;
    for (int child = 2 * i + 1; child < heaped; child = 2 * i + 1) {
      if (child + 1 < heaped && counts[child + 1] < counts[child]) {
        child++;
      }
      if (counts[child] >= count) {
        break;
      }
      entries[i] = entries[child];
      counts[i] = counts[child];
      i = child;
    }
    entries[i] = entry;
    counts[i] = count;
  }
}
