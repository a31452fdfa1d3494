package io.millrace.operator.sketch;

import io.millrace.operator.form.FormWriter;
import io.millrace.operator.sketch.SketchForm.Reader;
import java.util.Arrays;

/**
 * A Count-Min sketch with a set of candidates. The matrix of counters bounds every item's weight
 * from above. A candidate's lower bound is its exact weight since it became one; the candidates are
 * those of {@link SpaceSaving}, whose own bound holds too, so that the error is bounded for certain
 * and not only with high probability.
 *
 * <p><b>Source</b>: Cormode, Muthukrishnan, "An Improved Data Stream Summary: The Count-Min Sketch
 * and its Applications", J. Algorithms 55(1), 2005; conservative update: Estan, Varghese, "New
 * Directions in Traffic Measurement and Accounting", SIGCOMM 2002.
 *
 * <p><b>Space</b>: the memory bound, of which the matrix takes up to a quarter, or more where
 * {@code fewestItems} need more. <b>Time</b>: O(rows), and what Space-Saving takes.
 *
 * <p><b>Error</b>: at most total / fewestItems; of an item, at most e * total / width with
 * probability 1 - exp(-rows) over the choice of the hash. The count is the upper bound.
 * <b>Order</b>: within the bounds. <b>Replay</b>: not idempotent.
 */
public final class CountMin extends SpaceSaving {
  /** Rows of the matrix. */
  public static final int ROWS = 4;

  private static final int MATRIX_SHARE = 4;
  private static final int NARROWEST = 16;
  private static final int WIDEST = 1 << 24;

  /** Chooses the columns: a part of the binary form. */
  private static final long SEED = 0x6D696C6C72616365L;

  private final int width;
  private final long[] cells;

  /** The most that may be missing from every estimate: of merged counts that had no matrix. */
  private long unseen;

  /** Whether what is being merged is in the cells already. */
  private boolean withMatrix;

  /**
   * Nothing counted yet.
   *
   * @param memoryBytes bound of {@link #memoryBytes}, in bytes; positive
   * @param fewestItems where fewer items are held, the memory bound gives way; positive
   */
  public CountMin(long memoryBytes, int fewestItems) {
    super(
        SketchAlgorithm.COUNT_MIN,
        memoryBytes - (long) ROWS * Long.BYTES * widthOf(memoryBytes),
        fewestItems);
    this.width = widthOf(memoryBytes);
    this.cells = new long[ROWS * width];
  }

  private static int widthOf(long memoryBytes) {
    long fitting = memoryBytes / MATRIX_SHARE / (ROWS * Long.BYTES);
    return (int) Math.max(NARROWEST, Long.highestOneBit(Math.min(WIDEST, Math.max(1, fitting))));
  }

  /** Columns of the matrix: a power of two. */
  public int width() {
    return width;
  }

  @Override
  public long memoryBytes() {
    return super.memoryBytes() + cells.length * (long) Long.BYTES;
  }

  @Override
  public void reset() {
    super.reset();
    Arrays.fill(cells, 0);
    unseen = 0;
  }

  @Override
  public void add(long hash, byte[] bytes, int start, int length, long weight) {
    if (weight > 0) {
      raiseCells(ItemBytes.hash(SEED, bytes, start, length), weight);
    }
    super.add(hash, bytes, start, length, weight);
  }

  @Override
  void entered(int entry) {
    tighten(entry);
    super.entered(entry);
  }

  @Override
  public ItemEstimate estimate(String item) {
    ItemEstimate known = super.estimate(item);
    byte[] bytes = ItemBytes.of(item);
    long upper = Math.min(known.upperBound(), upperOf(bytes, 0, bytes.length));
    return new ItemEstimate(item, upper, known.lowerBound(), upper);
  }

  @Override
  public void merge(byte[] serialized) {
    Reader in = new Reader(serialized);
    if (in.kind() != SketchForm.COUNT_MIN || in.number() != ROWS || in.number() != width) {
      super.merge(serialized);
    } else {
      unseen = TopKSketch.saturatedSum(unseen, in.number());
      for (int i = 0; i < cells.length; i++) {
        cells[i] = TopKSketch.saturatedSum(cells[i], in.number());
      }
      withMatrix = true;
      mergeBoundedWeights(in);
      withMatrix = false;
      in.requireEnd();
    }
    for (int entry = table.first(); entry < table.end(); entry = table.next(entry)) {
      tighten(entry);
    }
    forgetHeap();
  }

  @Override
  void raiseAll(long otherFloor) {
    super.raiseAll(otherFloor);
    if (!withMatrix) {
      unseen = TopKSketch.saturatedSum(unseen, otherFloor);
    }
  }

  @Override
  void merging(byte[] bytes, int start, int length, long lower, long slack, long otherFloor) {
    if (!withMatrix) {
      long beyondFloor = TopKSketch.saturatedSum(lower, slack) - otherFloor;
      raiseCells(ItemBytes.hash(SEED, bytes, start, length), Math.max(0, beyondFloor));
    }
  }

  @Override
  public byte[] toBytes() {
    FormWriter out =
        SketchForm.writer(SketchForm.COUNT_MIN, 64 + 32 * table.size() + 2 * cells.length);
    out.number(ROWS);
    out.number(width);
    out.number(unseen);
    for (long cell : cells) {
      out.number(cell);
    }
    write(out);
    return out.toBytes();
  }

  /** Passes the matrix of a form, whose kind has been read. */
  static void skipMatrix(Reader in) {
    long rows = in.number();
    long columns = in.number();
    in.number();
    for (long left = Math.multiplyExact(rows, columns); left > 0; left--) {
      in.number();
    }
  }

  private int cell(long hash, int row) {
    int column = (int) hash + row * ((int) (hash >>> Integer.SIZE) | 1);
    return row * width + (column & (width - 1));
  }

  /** Conservative update: no cell is raised beyond what the item may weigh now. */
  private void raiseCells(long hash, long weight) {
    long raised = TopKSketch.saturatedSum(least(hash), weight);
    for (int row = 0; row < ROWS; row++) {
      int cell = cell(hash, row);
      cells[cell] = Math.max(cells[cell], raised);
    }
  }

  private long least(long hash) {
    long least = Long.MAX_VALUE;
    for (int row = 0; row < ROWS; row++) {
      least = Math.min(least, cells[cell(hash, row)]);
    }
    return least;
  }

  private long upperOf(byte[] bytes, int start, int length) {
    return TopKSketch.saturatedSum(least(ItemBytes.hash(SEED, bytes, start, length)), unseen);
  }

  private void tighten(int entry) {
    long upper = upperOf(table.bytes(), table.start(entry), table.length(entry));
    long slack = Math.max(0, upper - table.lower(entry));
    if (slack < table.slack(entry)) {
      table.setSlack(entry, slack);
    }
  }
}
