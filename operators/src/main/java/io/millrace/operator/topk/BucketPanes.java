package io.millrace.operator.topk;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which panes a bucket holds, and in how many pieces; kept in keyed state beside the pieces. A pane
 * of which some records came after its first windows had closed is held in several parts.
 *
 * @param panes in the order of their starts, then of their first windows
 */
public record BucketPanes(List<Pane> panes) {
  static final BucketPanes EMPTY = new BucketPanes(List.of());

  /**
   * One pane, or the part of it that belongs to the windows from one on.
   *
   * @param start start of the pane, in milliseconds since the epoch
   * @param firstWindowEnd end of the first window that it belongs to
   * @param pieces number of its pieces, which are numbered from 0
   * @param bytes size of all its pieces
   * @param mergedBytes size after the pieces were last merged into one; 0 if they never were
   */
  public record Pane(long start, long firstWindowEnd, int pieces, long bytes, long mergedBytes) {
    private static final Comparator<Pane> ORDER =
        Comparator.comparingLong(Pane::start).thenComparingLong(Pane::firstWindowEnd);

    static Pane none(long start, long firstWindowEnd) {
      return new Pane(start, firstWindowEnd, 0, 0, 0);
    }

    Pane merged(long intoBytes) {
      return new Pane(start, firstWindowEnd, 1, intoBytes, intoBytes);
    }

    Pane plusPiece(long pieceBytes) {
      return new Pane(start, firstWindowEnd, pieces + 1, bytes + pieceBytes, mergedBytes);
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

  /** The pane that starts there and belongs to those windows; without pieces if it is not held. */
  Pane pane(long start, long firstWindowEnd) {
    for (Pane pane : panes) {
      if (pane.start() == start && pane.firstWindowEnd() == firstWindowEnd) {
        return pane;
      }
    }
    return Pane.none(start, firstWindowEnd);
  }

  /** These panes with {@code pane} in its place. */
  BucketPanes with(Pane pane) {
    List<Pane> changed = new ArrayList<>(panes.size() + 1);
    int i = 0;
    for (; i < panes.size() && Pane.ORDER.compare(panes.get(i), pane) < 0; i++) {
      changed.add(panes.get(i));
    }
    changed.add(pane);
    if (i < panes.size() && Pane.ORDER.compare(panes.get(i), pane) == 0) {
      i++;
    }
    changed.addAll(panes.subList(i, panes.size()));
    return new BucketPanes(changed);
  }
}
