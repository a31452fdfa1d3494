package io.millrace.operator.topk;

import io.millrace.operator.sketch.SketchSum;
import io.millrace.operator.sketch.TopKSketch;
import io.millrace.operator.sketch.TopSelection;
import io.millrace.operator.topk.BucketPanes.Pane;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * What was counted in one pane for the windows from one on.
   *
   * <p>{@code unsaved} are the pieces that are not in state yet.
   */
  static final class Part {
    private final TopKSketch sketch;
    private final List<byte[]> unsaved = new ArrayList<>();
    private long unsavedBytes;
    private Pane saved;

    Part(Pane saved, TopKSketch sketch) {
      this.saved = saved;
      this.sketch = sketch;
    }

    Pane saved() {
      return saved;
    }

    void setSaved(Pane saved) {
      this.saved = saved;
      unsaved.clear();
      unsavedBytes = 0;
    }

    TopKSketch sketch() {
      return sketch;
    }

    List<byte[]> unsaved() {
      return unsaved;
    }

    private void add(byte[] piece) {
      sketch.merge(piece);
      unsaved.add(piece);
      unsavedBytes += piece.length;
    }

    private long memoryBytes() {
      return PART_BYTES + sketch.memoryBytes() + unsavedBytes;
    }
  }

  private final HeavyHittersSpec spec;
  private final PanedWindows windows;
  private final Map<Pane, Part> parts = new HashMap<>();

  /** Parts whose first window is not published yet. */
  private final PriorityQueue<Part> waiting =
      new PriorityQueue<>(Comparator.comparingLong(part -> part.saved.firstWindowEnd()));

  /** Parts of the window that is published next, with those before it. */
  private final PriorityQueue<Part> summed =
      new PriorityQueue<>(Comparator.comparingLong(part -> part.saved.start()));

  /** Of the parts in {@link #summed}; null where a window is one pane. */
  private final @Nullable SketchSum sum;

  private final List<Part> dropped = new ArrayList<>();
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
    return memoryBytes + (sum == null ? 0 : sum.memoryBytes());
  }

  /** Whether there are counts or changes that are not in state. */
  boolean isChanged() {
    return changed;
  }

  /** Adds a pane that is in state, to a new ring. */
  void restore(Pane saved, TopKSketch sketch) {
    place(new Part(saved, sketch));
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
      part = new Part(key, spec.bucketSketch());
      place(part);
    }
    memoryBytes -= part.memoryBytes();
    part.add(partial.sketch());
    memoryBytes += part.memoryBytes();
    changed = true;
  }

  private void place(Part part) {
    parts.put(Pane.none(part.saved.start(), part.saved.firstWindowEnd()), part);
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
      sum.add(part.sketch);
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
    if (sum == null) {
      summed.element().sketch.offerTo(selection);
    } else if (total() < Long.MAX_VALUE) {
      sum.offerTo(selection);
    } else {
      // Weights stay at the greatest number, which can't be subtracted again.
      TopKSketch merged = spec.bucketSketch();
      summed.forEach(part -> merged.merge(part.sketch.toBytes()));
      merged.offerTo(selection);
    }
  }

  private long total() {
    long total = 0;
    for (Part part : summed) {
      total = TopKSketch.saturatedSum(total, part.sketch.total());
    }
    return total;
  }

  private void drop(Part part) {
    if (sum != null) {
      sum.subtract(part.sketch);
    }
    memoryBytes -= part.memoryBytes();
    parts.remove(Pane.none(part.saved.start(), part.saved.firstWindowEnd()));
    if (part.saved.pieces() > 0) {
      dropped.add(part);
    }
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
