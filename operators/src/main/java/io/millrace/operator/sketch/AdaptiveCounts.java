package io.millrace.operator.sketch;

import org.jspecify.annotations.Nullable;

/**
 * Exact weights as long as all items fit into the memory bound. When they don't, the lighter half
 * leaves, and from then on weights have bounds: those of items that were there all along are still
 * exact.
 *
 * <p><b>Source</b>: Space-Saving (Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent
 * and Top-k Elements in Data Streams", ICDT 2005) with the evictions in batches, as Anderson et
 * al., "A High-Performance Algorithm for Identifying Frequent Items in Data Streams", IMC 2017, do
 * it for Misra-Gries.
 *
 * <p><b>Space</b>: the memory bound, or more where {@code fewestItems} need more. <b>Time</b>: O(1)
 * amortised per update.
 *
 * <p><b>Error</b>: 0 until the bound, then at most 2 * total / items held, and at most 2 * total /
 * fewestItems. The count is the middle between the bounds. <b>Order</b>: within the bounds.
 * <b>Replay</b>: not idempotent.
 */
public final class AdaptiveCounts extends TableSketch {
  private final int fewestItems;

  /**
   * Nothing counted yet.
   *
   * @param memoryBytes bound of {@link #memoryBytes}, in bytes; positive
   * @param fewestItems where fewer items are held, the memory bound gives way; positive
   */
  public AdaptiveCounts(long memoryBytes, int fewestItems) {
    super(SketchAlgorithm.ADAPTIVE, new ItemTable(memoryBytes, fewestItems));
    this.fewestItems = fewestItems;
  }

  /** Which part an item belongs to. */
  @FunctionalInterface
  public interface PartOf {
    /** The number of the item's part. */
    int of(byte[] bytes, int start, int length);
  }

  @Override
  public long maxErrorAtMost(long total) {
    return floorOfHalves(total, fewestItems);
  }

  @Override
  void makeRoom(int length) {
    dropLighterHalf(length);
  }

  @Override
  boolean hasRoomFor(int items, long bytes) {
    return table.hasRoomFor(items, bytes);
  }

  /**
   * The binary forms of what this sketch has counted, cut into parts by item: merged together they
   * make up the sketch. The weight of items that have left is in the total of the first form that
   * has items, and the most that any of them may weigh is in every form.
   *
   * @param parts number of parts
   * @param partOf from 0 to {@code parts} - 1
   * @return a form for each part, null where nothing of it has any weight
   */
  public byte[] @Nullable [] toParts(int parts, PartOf partOf) {
    return parts(parts, partOf);
  }
}
