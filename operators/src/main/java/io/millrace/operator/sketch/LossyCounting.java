package io.millrace.operator.sketch;

/**
 * Lossy Counting: time is cut into buckets of a fixed weight, and at the end of each every item
 * leaves that has not been seen in as many as have passed. An item of which at least s * total was
 * seen has a count of at least (s - epsilon) * total, where epsilon is 1 / width.
 *
 * <p>The paper bounds the number of items by log(epsilon * total) / epsilon. Where that is more
 * than the memory bound, the lighter half leaves early, as in {@link AdaptiveCounts}.
 *
 * <p><b>Source</b>: Manku, Motwani, "Approximate Frequency Counts over Data Streams", VLDB 2002.
 * With weights, and with buckets counted from the total, an item leaves when its upper bound is at
 * most the number of complete buckets.
 *
 * <p><b>Space</b>: the memory bound, or more where {@code fewestItems} need more. <b>Time</b>: O(1)
 * amortised per update.
 *
 * <p><b>Error</b>: at most total / width, and 2 * total / fewestItems more where items had to leave
 * early. The count is the lower bound. <b>Order</b>: within the bounds. <b>Replay</b>: not
 * idempotent.
 */
public final class LossyCounting extends TableSketch {
  /** Bytes of memory for one unit of the width: an item of usual length, twice. */
  private static final int BYTES_PER_WIDTH = 128;

  private final int fewestItems;
  private final long width;
  private int enteredSincePrune;

  /**
   * Nothing counted yet. The width is an item for every 128 bytes of memory, and at least twice
   * {@code fewestItems}.
   *
   * @param memoryBytes bound of {@link #memoryBytes}, in bytes; positive
   * @param fewestItems where fewer items are held, the memory bound gives way; positive
   */
  public LossyCounting(long memoryBytes, int fewestItems) {
    super(SketchAlgorithm.LOSSY_COUNTING, new ItemTable(memoryBytes, fewestItems));
    this.fewestItems = fewestItems;
    this.width = Math.max(2L * fewestItems, memoryBytes / BYTES_PER_WIDTH);
  }

  /** The weight of a bucket: 1 / epsilon. */
  public long width() {
    return width;
  }

  @Override
  public long maxErrorAtMost(long total) {
    return TopKSketch.saturatedSum(total / width, floorOfHalves(total, fewestItems));
  }

  @Override
  public void add(long hash, byte[] bytes, int start, int length, long weight) {
    super.add(hash, bytes, start, length, weight);
    prune();
  }

  @Override
  public void merge(byte[] serialized) {
    super.merge(serialized);
    prune();
  }

  @Override
  public void reset() {
    super.reset();
    enteredSincePrune = 0;
  }

  @Override
  void entered(int entry) {
    enteredSincePrune++;
  }

  /**
   * Drops what the buckets complete by now no longer warrant. With weights beyond the width, every
   * update completes buckets; so this waits until enough items have entered to be worth it.
   */
  private void prune() {
    long complete = total() / width;
    if (complete > floor() && enteredSincePrune >= table.size() >> 2) {
      table.dropUpTo(complete);
      raiseFloor(complete);
      enteredSincePrune = 0;
    }
  }

  @Override
  void makeRoom(int length) {
    dropLighterHalf(length);
  }
}
