package io.millrace.operator.sketch;

/**
 * The exact weight of every item.
 *
 * <p><b>Space</b>: for each distinct item its bytes and 32 to 47 more, half of that again while the
 * table grows. <b>Time</b>: O(1) per update, O(n log k) for the top k of n items.
 *
 * <p><b>Error</b>: exact. <b>Order</b>: not sensitive. <b>Replay</b>: not idempotent.
 */
public final class ExactCounts extends TableSketch {
  /** Nothing counted yet. */
  public ExactCounts() {
    super(SketchAlgorithm.EXACT, new ItemTable(Long.MAX_VALUE, Integer.MAX_VALUE));
  }

  @Override
  public long maxErrorAtMost(long total) {
    return 0;
  }

  @Override
  void makeRoom(int length) {}

  @Override
  boolean hasRoomFor(int items, long bytes) {
    return true;
  }

  @Override
  void raiseAll(long otherFloor) {
    if (otherFloor > 0) {
      throw new IllegalArgumentException(
          "exact counts can't take up counts that are off by up to "
              + otherFloor
              + "; go on with the algorithm that counted these");
    }
  }
}
