package io.millrace.operator.topk;

import java.util.Comparator;
import java.util.List;

/**
 * Which panes a bucket holds, and in how many pieces; kept in keyed state beside the pieces. A pane
 * of which some records came after its first windows had closed is held in several parts. Pieces of
 * several panes that no more are added to are packed in a block.
 *
 * @param panes in the order of their starts, then of their first windows
 * @param publishedAfterLeast end of the last window that was published, minus {@link
 *     Long#MIN_VALUE}: so it is 0 where none was, and in state of a version before 0.3.0
 */
public record BucketPanes(List<Pane> panes, long publishedAfterLeast) {
  static final int NO_BLOCK = 0;

  /** These panes, with the end of the last published window; {@link Long#MIN_VALUE} for none. */
  static BucketPanes of(List<Pane> panes, long published) {
    return new BucketPanes(panes, published - Long.MIN_VALUE);
  }

  /** End of the last window that was published; {@link Long#MIN_VALUE} for none. */
  long published() {
    return publishedAfterLeast + Long.MIN_VALUE;
  }

  /**
   * One pane, or the part of it that belongs to the windows from one on.
   *
   * @param start start of the pane, in milliseconds since the epoch
   * @param firstWindowEnd end of the first window that it belongs to
   * @param pieces number of its pieces, which are numbered from 0
   * @param bytes size of all its pieces
   * @param mergedBytes size after the pieces were last merged into one; 0 if they never were
   * @param block number of the block that has the pieces which come after those; 0 for none
   * @param firstInBlock place of the first of them in the block
   * @param piecesInBlock number of them
   */
  public record Pane(
      long start,
      long firstWindowEnd,
      int pieces,
      long bytes,
      long mergedBytes,
      int block,
      int firstInBlock,
      int piecesInBlock) {
    static final Comparator<Pane> ORDER =
        Comparator.comparingLong(Pane::start).thenComparingLong(Pane::firstWindowEnd);

    static Pane none(long start, long firstWindowEnd) {
      return new Pane(start, firstWindowEnd, 0, 0, 0, NO_BLOCK, 0, 0);
    }

    /** Whether any of it is in state. */
    boolean isInState() {
      return pieces > 0 || block != NO_BLOCK;
    }

    Piece piece(int index) {
      return new Piece(start, firstWindowEnd, index);
    }
  }

  /**
   * Key of one piece.
   *
   * @param paneStart start of its pane
   * @param firstWindowEnd end of the first window that it belongs to
   * @param index its number
   */
  public record Piece(long paneStart, long firstWindowEnd, int index) {}
}
