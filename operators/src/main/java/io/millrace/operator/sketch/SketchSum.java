package io.millrace.operator.sketch;

/**
 * The sum of sketches that come and go, such as the panes of a sliding window: adding or taking
 * away one costs what its own items cost, however many others there are. Bounds are the sums of the
 * bounds, so they hold, and exact sketches have an exact sum.
 *
 * <p><b>Space</b>: the distinct items of all sketches in the sum. <b>Time</b>: O(1) for each item
 * of a sketch that is added or subtracted.
 *
 * <p>While the sketches' weights add up to more than {@link Long#MAX_VALUE}, it must not be asked.
 */
public final class SketchSum {
  /*
   * An item's slack is the sum of the floors, plus what its slack is below the floor in each sketch
   * that has it: its excess, not positive. Sums of weights and excesses don't depend on what came
   * when, so they can be subtracted again. The table's second number holds the excess and below it
   * the number of sketches that have the item: it leaves when there is none.
   */
  private static final int SKETCHES_BITS = 17;
  private static final long SKETCHES_MASK = (1L << SKETCHES_BITS) - 1;

  /** The most sketches of a sum. */
  public static final int MAX_SKETCHES = (1 << SKETCHES_BITS) - 1;

  /** So that the excesses of all sketches fit above their number; a lower one loosens a bound. */
  private static final long LEAST_EXCESS = -(1L << 28);

  private final ItemTable table = new ItemTable(Long.MAX_VALUE, Integer.MAX_VALUE);
  private long total;
  private long floor;
  private int sketches;

  /**
   * Adds a sketch, which must not change while it is in the sum.
   *
   * @throws IllegalStateException where there are {@link #MAX_SKETCHES} already
   */
  public void add(TopKSketch sketch) {
    if (sketches == MAX_SKETCHES) {
      throw new IllegalStateException("a sum holds at most " + MAX_SKETCHES + " sketches");
    }
    sketches++;
    TableSketch added = (TableSketch) sketch;
    total += added.total();
    floor += added.floor();
    ItemTable items = added.table;
    for (int entry = items.first(); entry < items.end(); entry = items.next(entry)) {
      long lower = items.lower(entry);
      long packed = packed(items.slack(entry) - added.floor());
      int start = items.start(entry);
      int length = items.length(entry);
      long hash = items.hash(entry);
      int known = table.find(hash, items.bytes(), start, length);
      if (known == ItemTable.NONE) {
        table.insert(hash, items.bytes(), start, length, lower, packed);
      } else {
        table.setLower(known, table.lower(known) + lower);
        table.setSlack(known, table.slack(known) + packed);
      }
    }
  }

  /** Takes away a sketch that was added and has not changed since. */
  public void subtract(TopKSketch sketch) {
    sketches--;
    TableSketch taken = (TableSketch) sketch;
    total -= taken.total();
    floor -= taken.floor();
    ItemTable items = taken.table;
    for (int entry = items.first(); entry < items.end(); entry = items.next(entry)) {
      int known =
          table.find(items.hash(entry), items.bytes(), items.start(entry), items.length(entry));
      long packed = table.slack(known) - packed(items.slack(entry) - taken.floor());
      if ((packed & SKETCHES_MASK) == 0) {
        table.remove(known);
      } else {
        table.setLower(known, table.lower(known) - items.lower(entry));
        table.setSlack(known, packed);
      }
    }
    if (table.isMostlyRemoved()) {
      table.compact();
    }
  }

  private static long packed(long excess) {
    return (Math.max(LEAST_EXCESS, excess) << SKETCHES_BITS) + 1;
  }

  /** Offers every item to a selection. */
  public void offerTo(TopSelection selection) {
    selection.offerSketch(total, floor);
    for (int entry = table.first(); entry < table.end(); entry = table.next(entry)) {
      long excess = table.slack(entry) >> SKETCHES_BITS;
      selection.offer(table, entry, table.lower(entry), floor + excess);
    }
  }

  /** Memory held, in bytes. */
  public long memoryBytes() {
    return table.memoryBytes();
  }
}
