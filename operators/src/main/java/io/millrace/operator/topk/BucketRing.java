package io.millrace.operator.topk;

import io.millrace.operator.sketch.SketchSum;
import io.millrace.operator.sketch.TopKSketch;
import io.millrace.operator.sketch.TopSelection;
import io.millrace.operator.topk.BucketPanes.Pane;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The panes of one bucket in memory, as a ring: a pane is added to the sum of the open window when
 * the window reaches it, and taken away when the window has passed it. So what a window costs does
 * not depend on how many panes it has.
 *
 * <p><b>Space</b>: the sketches of all panes in open windows; with sliding windows their sum too,
 * at most as much again. <b>Time</b>: an item is merged once, added and subtracted once a pane, and
 * looked at once a window.
 */
final class BucketRing {
  /** No window. */
  static final long NONE = Long.MAX_VALUE;

  private static final int PART_BYTES = 200;
  private static final int SMALLEST_MERGE_BYTES = 16 << 10;

  /** What was counted in one pane for the windows from one on. */
  static final class Part {
    private final HeavyHittersSpec spec;

    /** All counts, where a window is one pane; null where the pieces are all there is. */
    private final @Nullable TopKSketch sketch;

    /** The pieces that are not in state, behind those that are and are held here all the same. */
    private final List<byte[]> pieces = new ArrayList<>();

    /** The pieces in the sum of the open window. */
    private List<SketchSum.Addend> summed = List.of();

    private int savedPieces;

    /** What is in state. */
    private Pane saved;

    /** Whether the pieces are instead of those in state. */
    private boolean rewritten;

    private long bytes;
    private long mergedBytes;
    private long heldBytes;

    private Part(HeavyHittersSpec spec, Pane saved, @Nullable TopKSketch sketch) {
      this.spec = spec;
      this.saved = saved;
      this.sketch = sketch;
      this.bytes = saved.bytes();
      this.mergedBytes = saved.mergedBytes();
    }

    /** Takes up the pieces that are in state. */
    private void restore(List<byte[]> inState) {
      if (sketch != null) {
        inState.forEach(sketch::merge);
        return;
      }
      pieces.addAll(inState);
      savedPieces = pieces.size();
      heldBytes = bytes;
      if (!inState.stream().allMatch(SketchSum::accepts)) {
        rewrite(merged().toBytes());
      }
    }

    private void add(byte[] piece) {
      pieces.add(piece);
      bytes += piece.length;
      heldBytes += piece.length;
      if (sketch != null) {
        sketch.merge(piece);
      } else if (pieces.size() > 1 && hasOutgrown()) {
        rewrite(merged().toBytes());
      }
    }

    private boolean hasOutgrown() {
      return bytes > Math.max(SMALLEST_MERGE_BYTES, 2 * mergedBytes);
    }

    private TopKSketch merged() {
      TopKSketch merged = spec.paneSketch();
      pieces.forEach(merged::merge);
      return merged;
    }

    private void rewrite(byte[] merged) {
      pieces.clear();
      pieces.add(merged);
      savedPieces = 0;
      rewritten = true;
      bytes = merged.length;
      heldBytes = merged.length;
      mergedBytes = merged.length;
    }

    /** Whether there are pieces that are not in state. */
    boolean isUnsaved() {
      return pieces.size() > savedPieces;
    }

    /**
     * The pieces to put into state: behind those that are there, or instead of them, which have to
     * be removed then.
     */
    List<byte[]> unsaved() {
      if (sketch != null && !rewritten && hasOutgrown()) {
        rewrite(sketch.toBytes());
      }
      return pieces.subList(savedPieces, pieces.size());
    }

    boolean isRewritten() {
      return rewritten;
    }

    Pane saved() {
      return saved;
    }

    /** Whether it is in the sum of the open window, so that nothing can be added to it. */
    boolean isComplete() {
      return !summed.isEmpty();
    }

    /** Says that the unsaved pieces are in state, each by itself. */
    void markSaved() {
      int added = pieces.size() - savedPieces;
      markSaved((rewritten ? 0 : saved.pieces()) + added, saved.block(), saved.firstInBlock(), 0);
    }

    /** Says that the unsaved pieces are in a block, from a place on. */
    private void markPacked(int block, int firstInBlock) {
      int packed = pieces.size() - savedPieces;
      markSaved(rewritten ? 0 : saved.pieces(), block, firstInBlock, packed);
    }

    private void markSaved(int ownPieces, int block, int firstInBlock, int piecesInBlock) {
      saved =
          new Pane(
              saved.start(),
              saved.firstWindowEnd(),
              ownPieces,
              bytes,
              mergedBytes,
              block,
              firstInBlock,
              piecesInBlock);
      rewritten = false;
      if (sketch != null) {
        pieces.clear();
        heldBytes = 0;
      }
      savedPieces = pieces.size();
    }

    private long memoryBytes() {
      return PART_BYTES + heldBytes + (sketch == null ? 0 : sketch.memoryBytes());
    }
  }

  private final HeavyHittersSpec spec;
  private final PanedWindows windows;
  private final Map<Pane, Part> parts = new HashMap<>();

  /** Parts whose first window is not published yet. */
  private final PriorityQueue<Part> waiting =
      new PriorityQueue<>(
          (left, right) -> Long.compare(left.saved.firstWindowEnd(), right.saved.firstWindowEnd()));

  /** Parts of the window that is published next, with those before it. */
  private final PriorityQueue<Part> summed =
      new PriorityQueue<>((left, right) -> Long.compare(left.saved.start(), right.saved.start()));

  /** Of the parts in {@link #summed}; null where a window is one pane. */
  private final @Nullable SketchSum sum;

  /** Of a window that has closed, with its memory: the next needs about as much. */
  private @Nullable TopKSketch spare;

  private final List<Part> dropped = new ArrayList<>();

  /** How many parts each block has, of those that are not dropped; in state there may be more. */
  private final Map<Integer, Integer> partsOfBlocks = new HashMap<>();

  private int lastBlock;
  private long published;
  private boolean changed;
  private long memoryBytes;

  /**
   * A ring without panes.
   *
   * @param published end of the last window that was published, {@link Long#MIN_VALUE} for none
   */
  BucketRing(HeavyHittersSpec spec, long published) {
    this.spec = spec;
    this.windows = spec.windows();
    this.published = published;
    this.sum = windows.paneMillis() == windows.sizeMillis() ? null : new SketchSum();
  }

  /** End of the last window that was published. */
  long published() {
    return published;
  }

  /** Memory held, in bytes. */
  long memoryBytes() {
    return memoryBytes
        + (sum == null ? 0 : sum.memoryBytes())
        + (spare == null ? 0 : spare.memoryBytes());
  }

  /** Whether there are counts or changes that are not in state. */
  boolean isChanged() {
    return changed;
  }

  /** Adds a pane that is in state, to a new ring. */
  void restore(Pane saved, List<byte[]> pieces) {
    Part part = part(saved);
    part.restore(pieces);
    place(part);
  }

  /**
   * Adds a piece.
   *
   * @throws IllegalStateException where its first window is published
   */
  void add(PartialCount partial) {
    Pane key = Pane.none(partial.paneStart(), partial.firstWindowEnd());
    if (partial.firstWindowEnd() <= published) {
      throw new IllegalStateException(
          String.format(
              "counts for the window that ends at %d came after it was published",
              partial.firstWindowEnd()));
    }
    Part part = parts.get(key);
    if (part == null) {
      part = part(key);
      place(part);
    }
    memoryBytes -= part.memoryBytes();
    part.add(partial.sketch());
    memoryBytes += part.memoryBytes();
    changed = true;
  }

  /** A part without counts. */
  private Part part(Pane saved) {
    if (sum != null) {
      return new Part(spec, saved, null);
    }
    TopKSketch sketch = spare == null ? spec.windowSketch() : spare;
    spare = null;
    return new Part(spec, saved, sketch);
  }

  private void place(Part part) {
    parts.put(Pane.none(part.saved.start(), part.saved.firstWindowEnd()), part);
    if (part.saved.block() != BucketPanes.NO_BLOCK) {
      lastBlock = Math.max(lastBlock, part.saved.block());
      partsOfBlocks.merge(part.saved.block(), 1, Integer::sum);
    }
    memoryBytes += part.memoryBytes();
    if (part.saved.firstWindowEnd() <= published) {
      join(part);
    } else {
      waiting.add(part);
    }
  }

  private void join(Part part) {
    summed.add(part);
    if (sum != null) {
      part.summed = part.pieces.stream().map(sum::add).toList();
    }
  }

  /** End of the window that is published next; {@link #NONE} where there are no counts. */
  long nextWindowEnd() {
    if (!summed.isEmpty()) {
      return published + windows.slideMillis();
    }
    return waiting.isEmpty() ? NONE : waiting.element().saved.firstWindowEnd();
  }

  /** What {@link #nextWindowEnd} is of a ring with these panes. */
  static long nextWindowEnd(Collection<Pane> panes, long published, PanedWindows windows) {
    long next = NONE;
    for (Pane pane : panes) {
      next =
          Math.min(
              next,
              pane.firstWindowEnd() <= published
                  ? published + windows.slideMillis()
                  : pane.firstWindowEnd());
    }
    return next;
  }

  /**
   * Publishes the next windows.
   *
   * @param lastWindowEnd the last of them
   * @param selections the selection of the window that ends at a time
   */
  void publish(long lastWindowEnd, LongFunction<TopSelection> selections) {
    for (long end = nextWindowEnd(); end <= lastWindowEnd; end = nextWindowEnd()) {
      while (!waiting.isEmpty() && waiting.element().saved.firstWindowEnd() <= end) {
        join(waiting.remove());
      }
      offerTo(selections.apply(end));
      published = end;
      changed = true;
      while (!summed.isEmpty() && windows.lastWindowEnd(summed.element().saved.start()) <= end) {
        drop(summed.remove());
      }
    }
  }

  private void offerTo(TopSelection selection) {
    if (sum != null && !sum.isBeyondLong()) {
      sum.offerTo(selection);
      return;
    }
    TopKSketch only = summed.element().sketch;
    if (only != null) {
      only.offerTo(selection);
    } else {
      // Weights stay at the greatest number, which can't be subtracted again.
      TopKSketch merged = spec.windowSketch();
      summed.forEach(part -> part.pieces.forEach(merged::merge));
      merged.offerTo(selection);
    }
  }

  private void drop(Part part) {
    if (sum != null) {
      part.summed.forEach(sum::subtract);
    }
    memoryBytes -= part.memoryBytes();
    if (part.sketch != null) {
      part.sketch.reset();
      spare = part.sketch;
    }
    parts.remove(Pane.none(part.saved.start(), part.saved.firstWindowEnd()));
    if (part.saved.block() != BucketPanes.NO_BLOCK) {
      partsOfBlocks.merge(part.saved.block(), -1, Integer::sum);
    }
    if (part.saved.isInState()) {
      dropped.add(part);
    }
  }

  /**
   * Packs the unsaved pieces of complete parts into the next block, which belongs into state then.
   *
   * @param complete parts that are complete and have unsaved pieces; at least one
   */
  byte[] pack(List<Part> complete) {
    lastBlock++;
    List<SketchSum.Addend> packed = new ArrayList<>();
    for (Part part : complete) {
      int first = packed.size();
      packed.addAll(part.summed.subList(part.savedPieces, part.summed.size()));
      part.markPacked(lastBlock, first);
    }
    partsOfBlocks.put(lastBlock, complete.size());
    return Objects.requireNonNull(sum).pack(packed);
  }

  /** Number of the block that was packed last. */
  int lastBlock() {
    return lastBlock;
  }

  /** Blocks in state whose parts are all dropped; each is named once. */
  List<Integer> takeEmptyBlocks() {
    List<Integer> empty = new ArrayList<>();
    partsOfBlocks.forEach(
        (block, partsLeft) -> {
          if (partsLeft == 0) {
            empty.add(block);
          }
        });
    empty.forEach(partsOfBlocks::remove);
    return empty;
  }

  /** The parts in open windows. */
  Collection<Part> parts() {
    return parts.values();
  }

  /** The parts that are in state and have to leave it. */
  List<Part> dropped() {
    return dropped;
  }

  /** Says that the state is as the ring is. */
  void markSaved() {
    dropped.clear();
    changed = false;
    memoryBytes = 0;
    parts.values().forEach(part -> memoryBytes += part.memoryBytes());
  }
}
