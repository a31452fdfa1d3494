package io.millrace.operator.sketch;

import io.millrace.operator.form.FormWriter;
import io.millrace.operator.sketch.SketchForm.Reader;
import org.jspecify.annotations.Nullable;

/**
 * What all sketches have in common: a table of items, each with the weight surely counted and the
 * most that may be missing from it, and a floor, the most that an item outside the table may weigh.
 * An item that enters gets the floor as its slack; when one leaves, the floor rises to its upper
 * bound. The sketches differ in which items leave, and when.
 */
abstract class TableSketch implements TopKSketch {
  /*
   * Why the bounds hold: an item outside weighs at most the floor, so one that enters has missed at
   * most the floor. When sketches are merged, an item of only one of them may weigh up to the floor
   * of the other there, so that goes to its slack, and the floors add up.
   *
   * How far the floor rises: let every entry have spent floor - slack. No entry has spent more than
   * its weight counted, for its upper bound is not below the floor. When the floor rises by d, all
   * entries that stay, and those that leave with the new floor as their upper bound, spend d more:
   * if these are at least a share s of m entries, then s * m * (all rises) <= the weights counted,
   * so floor <= total / (s * m). That holds after merging too, where weights, slacks and floors are
   * sums.
   */
  private final SketchAlgorithm algorithm;
  final ItemTable table;
  private long total;
  private long floor;

  /**
   * Whether half of the items had an upper bound of floor + 1 when the lighter half last left, and
   * none has had a lower one since.
   */
  private boolean halfIsLightest;

  /** What looking at the table has given; only so that it isn't left out as useless. */
  @SuppressWarnings("UnusedVariable")
  private long fetched;

  TableSketch(SketchAlgorithm algorithm, ItemTable table) {
    this.algorithm = algorithm;
    this.table = table;
  }

  /**
   * Sees to it that an item of that length can enter, by letting others leave.
   *
   * @see #raiseFloor
   */
  abstract void makeRoom(int length);

  /**
   * Whether so many items of so many bytes in all can enter without any leaving.
   *
   * @param items how many at most
   * @param bytes at most
   */
  boolean hasRoomFor(int items, long bytes) {
    return false;
  }

  @Override
  public void reset() {
    table.clear();
    total = 0;
    floor = 0;
    halfIsLightest = false;
  }

  /**
   * Makes room by letting the lighter half leave. Where the last time half of the items were as
   * light as one that enters with a weight of 1, those leave without a look for the median.
   */
  final void dropLighterHalf(int length) {
    while (!table.hasRoom(length, 0)) {
      int before = table.size();
      long lightest = TopKSketch.saturatedSum(floor, 1);
      long threshold = halfIsLightest ? lightest : table.medianUpper(floor);
      table.dropUpTo(threshold);
      halfIsLightest = threshold == lightest && table.size() <= before / 2;
      raiseFloor(threshold);
    }
  }

  /** What the floor is at most, of that total, if only halves of that many items ever leave. */
  static long floorOfHalves(long total, int items) {
    long rest = total % items;
    return TopKSketch.saturatedSum(
        TopKSketch.saturatedSum(total / items, total / items), (rest + rest) / items);
  }

  /** Called after an item has entered. */
  void entered(int entry) {}

  /** The most that an item outside the table may weigh. */
  final long floor() {
    return floor;
  }

  /** Says that an item with that upper bound has left. */
  final void raiseFloor(long upper) {
    floor = Math.max(floor, upper);
  }

  @Override
  public void add(long hash, byte[] bytes, int start, int length, long weight) {
    if (weight < 0) {
      throw new IllegalArgumentException("a weight must not be negative, but one is " + weight);
    }
    total = TopKSketch.saturatedSum(total, weight);
    int entry =
        length == Long.BYTES
            ? table.findWord(hash, (long) ItemBytes.LONGS.get(bytes, start))
            : table.find(hash, bytes, start, length);
    if (entry != ItemTable.NONE) {
      table.addLower(entry, weight);
    } else {
      addNew(hash, bytes, start, length, weight);
    }
  }

  private void addNew(long hash, byte[] bytes, int start, int length, long weight) {
    makeRoom(length);
    enter(hash, bytes, start, length, weight, floor);
  }

  private void enter(long hash, byte[] bytes, int start, int length, long lower, long slack) {
    halfIsLightest &= TopKSketch.saturatedSum(lower, slack) > floor;
    entered(table.insert(hash, bytes, start, length, lower, slack));
  }

  @Override
  public void merge(byte[] serialized) {
    Reader in = new Reader(serialized);
    switch (in.kind()) {
      case SketchForm.EXACT_WEIGHTS -> mergeExactWeights(in);
      case SketchForm.COUNT_MIN -> {
        CountMin.skipMatrix(in);
        mergeBoundedWeights(in);
      }
      default -> mergeBoundedWeights(in);
    }
    in.requireEnd();
  }

  private void mergeExactWeights(Reader in) {
    int items = in.fixedInt();
    if (items < 0) {
      throw new IllegalArgumentException("the bytes of a sketch say " + items + " items");
    }
    for (int left = items; left > 0; left--) {
      byte[] item = in.itemOfExactWeight();
      add(ItemBytes.hash(item, 0, item.length), item, 0, item.length, in.fixedLong());
    }
  }

  /** Merges total, floor and items. */
  final void mergeBoundedWeights(Reader in) {
    total = TopKSketch.saturatedSum(total, in.number());
    long otherFloor = in.number();
    raiseAll(otherFloor);
    int items = mergeWhileRoom(in.count(3), otherFloor, in);
    // First the items of both: while new ones enter, those may leave.
    int[] ofOther = new int[items];
    long[] hashes = new long[items];
    int others = 0;
    for (int left = items; left > 0; left--) {
      int position = in.position();
      long hash = passHashed(in);
      in.moveTo(position);
      if (!mergeItem(in, hash, otherFloor, false)) {
        ofOther[others] = position;
        hashes[others] = hash;
        others++;
      }
    }
    int end = in.position();
    for (int i = 0; i < others; i++) {
      in.moveTo(ofOther[i]);
      mergeItem(in, hashes[i], otherFloor, true);
    }
    in.moveTo(end);
  }

  /**
   * Merges items as long as none makes another leave.
   *
   * @return how many are left
   */
  private int mergeWhileRoom(int items, long otherFloor, Reader in) {
    int[] positions = new int[Math.min(items, ItemBatch.ITEMS)];
    long[] hashes = new long[positions.length];
    int left = items;
    while (left > 0) {
      int count = Math.min(left, positions.length);
      int first = in.position();
      for (int i = 0; i < count; i++) {
        positions[i] = in.position();
        hashes[i] = passHashed(in);
        in.number();
        in.number();
      }
      int end = in.position();
      if (!hasRoomFor(count, end - first)) {
        in.moveTo(first);
        break;
      }
      fetched ^= table.fetch(hashes, count);
      for (int i = 0; i < count; i++) {
        in.moveTo(positions[i]);
        mergeItem(in, hashes[i], otherFloor, true);
      }
      in.moveTo(end);
      left -= count;
    }
    return left;
  }

  /** What is not in the other sketch may weigh up to its floor there. */
  void raiseAll(long otherFloor) {
    if (otherFloor == 0) {
      return;
    }
    floor = TopKSketch.saturatedSum(floor, otherFloor);
    for (int entry = table.first(); entry < table.end(); entry = table.next(entry)) {
      table.setSlack(entry, TopKSketch.saturatedSum(table.slack(entry), otherFloor));
    }
  }

  /** The hash of the next item, whose bytes are passed. */
  private static long passHashed(Reader in) {
    int length = in.count(1);
    return ItemBytes.hash(in.bytes(), in.skip(length), length);
  }

  /** Merges the next item, or returns false where it is not here and may not enter. */
  private boolean mergeItem(Reader in, long hash, long otherFloor, boolean mayEnter) {
    byte[] bytes = in.bytes();
    int length = in.count(1);
    int start = in.skip(length);
    long lower = in.number();
    long slack = in.number();
    int entry = table.find(hash, bytes, start, length);
    if (entry == ItemTable.NONE && !mayEnter) {
      return false;
    }
    merging(bytes, start, length, lower, slack, otherFloor);
    if (entry == ItemTable.NONE) {
      makeRoom(length);
      enter(hash, bytes, start, length, lower, missed(slack, otherFloor));
    } else {
      mergeInto(entry, lower, slack, otherFloor);
    }
    return true;
  }

  /** What an item of another sketch alone may have missed, after the floors were added up. */
  private long missed(long slack, long otherFloor) {
    return TopKSketch.saturatedSum(floor - otherFloor, slack);
  }

  /** Adds an item of another sketch to its entry, which had that one's floor as slack so far. */
  private void mergeInto(int entry, long lower, long slack, long otherFloor) {
    table.addLower(entry, lower);
    table.setSlack(entry, TopKSketch.saturatedSum(table.slack(entry) - otherFloor, slack));
  }

  /** Called before an item of another sketch is added to this one. */
  void merging(byte[] bytes, int start, int length, long lower, long slack, long otherFloor) {}

  @Override
  public long total() {
    return total;
  }

  @Override
  public long maxError() {
    return floor;
  }

  @Override
  public long memoryBytes() {
    return table.memoryBytes();
  }

  @Override
  public TopItems topItems(int k) {
    TopSelection selection = new TopSelection(k, algorithm);
    offerTo(selection);
    return selection.items();
  }

  @Override
  public void offerTo(TopSelection selection) {
    selection.offerSketch(total, floor);
    for (int entry = table.first(); entry < table.end(); entry = table.next(entry)) {
      long lower = table.lower(entry);
      long slack = table.slack(entry);
      if (selection.mayEnter(lower, slack)) {
        selection.offer(table.bytes(), table.start(entry), table.length(entry), lower, slack);
      }
    }
  }

  private ItemEstimate estimateOf(int entry) {
    long lower = table.lower(entry);
    long slack = table.slack(entry);
    return new ItemEstimate(
        table.item(entry),
        algorithm.count(lower, slack),
        lower,
        TopKSketch.saturatedSum(lower, slack));
  }

  @Override
  public ItemEstimate estimate(String item) {
    byte[] bytes = ItemBytes.of(item);
    int entry = table.find(ItemBytes.hash(bytes, 0, bytes.length), bytes, 0, bytes.length);
    return entry != ItemTable.NONE
        ? estimateOf(entry)
        : new ItemEstimate(item, algorithm.count(0, floor), 0, floor);
  }

  @Override
  public byte[] toBytes() {
    FormWriter out = SketchForm.writer(SketchForm.BOUNDED_WEIGHTS, 32 + 32 * table.size());
    write(out);
    return out.toBytes();
  }

  /** Writes total, floor and items. */
  final void write(FormWriter out) {
    out.number(total);
    out.number(floor);
    out.number(table.size());
    for (int entry = table.first(); entry < table.end(); entry = table.next(entry)) {
      write(entry, out);
    }
  }

  private void write(int entry, FormWriter out) {
    out.item(table.bytes(), table.start(entry), table.length(entry));
    out.number(table.lower(entry));
    out.number(table.slack(entry));
  }

  /** What {@link AdaptiveCounts#toParts} returns. */
  final byte[] @Nullable [] parts(int parts, AdaptiveCounts.PartOf partOf) {
    int[] partOfEntry = new int[table.size()];
    int[] sizes = new int[parts];
    long[] totals = new long[parts];
    long held = 0;
    int i = 0;
    for (int entry = table.first(); entry < table.end(); entry = table.next(entry)) {
      int part = partOf.of(table.bytes(), table.start(entry), table.length(entry));
      partOfEntry[i++] = part;
      sizes[part]++;
      totals[part] = TopKSketch.saturatedSum(totals[part], table.lower(entry));
      held = TopKSketch.saturatedSum(held, table.lower(entry));
    }
    int first = 0;
    while (first < parts - 1 && sizes[first] == 0) {
      first++;
    }
    totals[first] = TopKSketch.saturatedSum(totals[first], total - held);

    @Nullable FormWriter[] writers = new FormWriter[parts];
    i = 0;
    for (int entry = table.first(); entry < table.end(); entry = table.next(entry)) {
      int part = partOfEntry[i++];
      write(entry, writer(writers, part, totals[part], sizes[part]));
    }
    if (floor > 0) {
      // Where all items of a part have left, the floor is what is known of them.
      for (int part = 0; part < parts; part++) {
        writer(writers, part, totals[part], sizes[part]);
      }
    }
    byte[] @Nullable [] forms = new byte[parts][];
    for (int part = 0; part < parts; part++) {
      FormWriter out = writers[part];
      forms[part] = out == null ? null : out.toBytes();
    }
    return forms;
  }

  private FormWriter writer(@Nullable FormWriter[] writers, int part, long partTotal, int items) {
    FormWriter out = writers[part];
    if (out == null) {
      out = SketchForm.writer(SketchForm.BOUNDED_WEIGHTS, 32 + 40 * items);
      out.number(partTotal);
      out.number(floor);
      out.number(items);
      writers[part] = out;
    }
    return out;
  }
}
