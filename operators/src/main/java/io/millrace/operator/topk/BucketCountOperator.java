package io.millrace.operator.topk;

import io.millrace.operator.sketch.SketchSum;
import io.millrace.operator.sketch.TopItems;
import io.millrace.operator.sketch.TopSelection;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.topk.BucketPanes.Pane;
import io.millrace.operator.topk.BucketRanking.RankedWindow;
import io.millrace.operator.topk.PartialCount.Bucket;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Merges the partial counts of every bucket, and ranks a task's buckets together when a window
 * closes: one ranking a task, dimension and window.
 *
 * <p><b>State</b>: the counts of every pane that lies in an open window, at most twice their merged
 * size; cleared when the pane's last window is published, or, where panes were written together,
 * that of the last of them. It is written at each checkpoint; in between, the counts are in memory,
 * and beyond {@link HeavyHittersSpec#localBytes} in state alone. <b>Timers</b>: none; those that a
 * version before 0.3.0 set are replaced by state on restore.
 */
final class BucketCountOperator extends AbstractStreamOperator<BucketRanking>
    implements OneInputStreamOperator<PartialCount, BucketRanking>,
        Triggerable<Bucket, VoidNamespace> {
  private static final long serialVersionUID = 1L;

  /** Windows that are ranked at once: each takes the memory of k items. */
  private static final int WINDOWS_AT_ONCE = 64;

  static final ValueStateDescriptor<BucketPanes> PANES =
      new ValueStateDescriptor<>("panes", TypeInformation.of(BucketPanes.class));
  static final MapStateDescriptor<BucketPanes.Piece, byte[]> PIECES =
      new MapStateDescriptor<>(
          "pieces",
          TypeInformation.of(BucketPanes.Piece.class),
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  static final MapStateDescriptor<Integer, byte[]> BLOCKS =
      new MapStateDescriptor<>(
          "blocks", Types.INT, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private final HeavyHittersSpec spec;
  private final String uid;

  private transient PanedWindows windows;
  private transient ValueState<BucketPanes> panes;
  private transient MapState<BucketPanes.Piece, byte[]> pieces;
  private transient MapState<Integer, byte[]> blocks;

  /** The buckets in memory. */
  private transient Map<Bucket, BucketRing> rings;

  /** The buckets that are in state alone, with the end of the window that each publishes next. */
  private transient Map<Bucket, Long> stored;

  private transient long memoryBytes;
  private transient long watermark;

  BucketCountOperator(HeavyHittersSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void open() throws Exception {
    super.open();
    windows = spec.windows();
    panes = SavedState.open(uid, PANES.getName(), () -> getRuntimeContext().getState(PANES));
    pieces = SavedState.open(uid, PIECES.getName(), () -> getRuntimeContext().getMapState(PIECES));
    blocks = SavedState.open(uid, BLOCKS.getName(), () -> getRuntimeContext().getMapState(BLOCKS));
    rings = new HashMap<>();
    stored = new HashMap<>();
    watermark = Long.MIN_VALUE;
    replaceFormerTimers();
    List<Bucket> buckets;
    try (var keys =
        this.<Bucket>getKeyedStateBackend().getKeys(PANES.getName(), VoidNamespace.INSTANCE)) {
      buckets = keys.toList();
    }
    for (Bucket bucket : buckets) {
      setCurrentKey(bucket);
      BucketPanes saved = panes.value();
      stored.put(bucket, BucketRing.nextWindowEnd(saved.panes(), saved.published(), windows));
    }
  }

  /**
   * Writes to state what the timers of a version before 0.3.0 tell. A bucket's first timer is at
   * the close of the next window that it holds. It has published the window before that only where
   * a pane of it belongs to that window; else counts of earlier windows may still come.
   */
  private void replaceFormerTimers() throws Exception {
    InternalTimerService<VoidNamespace> timers =
        getInternalTimerService("user-timers", VoidNamespaceSerializer.INSTANCE, this);
    Map<Bucket, List<Long>> closeTimes = new HashMap<>();
    timers.forEachEventTimeTimer(
        (namespace, time) ->
            closeTimes
                .computeIfAbsent((Bucket) getCurrentKey(), bucket -> new ArrayList<>())
                .add(time));
    for (Map.Entry<Bucket, List<Long>> former : closeTimes.entrySet()) {
      setCurrentKey(former.getKey());
      long published =
          windows.windowEndClosingAt(Collections.min(former.getValue())) - windows.slideMillis();
      List<Pane> saved = panes.value().panes();
      if (saved.stream().anyMatch(pane -> pane.firstWindowEnd() <= published)) {
        panes.update(BucketPanes.of(saved, published));
      }
      for (long time : former.getValue()) {
        timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, time);
      }
    }
  }

  @Override
  public void processElement(StreamRecord<PartialCount> element) throws Exception {
    PartialCount partial = element.getValue();
    if (windows.closeTime(partial.firstWindowEnd()) <= watermark) {
      throw new IllegalStateException(
          String.format(
              "counts for the window that ends at %d came at watermark %d, after it was published;"
                  + " the operators that count must send no counts behind their own watermark and"
                  + " never be idle",
              partial.firstWindowEnd(), watermark));
    }
    BucketRing ring = ring(partial.bucket());
    memoryBytes -= ring.memoryBytes();
    ring.add(partial);
    memoryBytes += ring.memoryBytes();
    keepWithinMemory();
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark = mark.getTimestamp();
    long first = nextWindowEnd();
    while (first != BucketRing.NONE && windows.closeTime(first) <= watermark) {
      long last = first + WINDOWS_AT_ONCE * windows.slideMillis();
      publish(windows.closeTime(last) <= watermark ? last : windows.windowEndClosingAt(watermark));
      first = nextWindowEnd();
    }
    super.processWatermark(mark);
  }

  private long nextWindowEnd() {
    long next = BucketRing.NONE;
    for (BucketRing ring : rings.values()) {
      next = Math.min(next, ring.nextWindowEnd());
    }
    for (long windowEnd : stored.values()) {
      next = Math.min(next, windowEnd);
    }
    return next;
  }

  /** Publishes every window up to the one that ends at {@code lastWindowEnd}. */
  private void publish(long lastWindowEnd) throws Exception {
    Map<RankedWindow, TopSelection> selections = new LinkedHashMap<>();
    for (Bucket bucket : bucketsWithWindows(lastWindowEnd)) {
      BucketRing ring = ring(bucket);
      memoryBytes -= ring.memoryBytes();
      ring.publish(
          lastWindowEnd,
          windowEnd ->
              selections.computeIfAbsent(
                  new RankedWindow(bucket.dimension(), windowEnd),
                  window -> new TopSelection(spec.k(), spec.algorithm())));
      memoryBytes += ring.memoryBytes();
      keepWithinMemory();
    }
    List<RankedWindow> ranked = new ArrayList<>(selections.keySet());
    ranked.sort(Comparator.comparingLong(RankedWindow::windowEnd));
    for (RankedWindow window : ranked) {
      TopSelection selection = Objects.requireNonNull(selections.get(window));
      TopItems top = selection.items();
      output.collect(
          new StreamRecord<>(
              new BucketRanking(
                  window,
                  selection.total(),
                  selection.maxError(),
                  top.othersAtMost(),
                  top.items())));
    }
  }

  private List<Bucket> bucketsWithWindows(long lastWindowEnd) {
    List<Bucket> buckets = new ArrayList<>();
    rings.forEach(
        (bucket, ring) -> {
          if (ring.nextWindowEnd() <= lastWindowEnd) {
            buckets.add(bucket);
          }
        });
    stored.forEach(
        (bucket, windowEnd) -> {
          if (windowEnd <= lastWindowEnd) {
            buckets.add(bucket);
          }
        });
    return buckets;
  }

  /** A bucket in memory, brought there if it is in state alone. */
  private BucketRing ring(Bucket bucket) throws Exception {
    BucketRing ring = rings.get(bucket);
    if (ring == null) {
      ring = stored.remove(bucket) == null ? new BucketRing(spec, Long.MIN_VALUE) : load(bucket);
      rings.put(bucket, ring);
      memoryBytes += ring.memoryBytes();
    }
    return ring;
  }

  private BucketRing load(Bucket bucket) throws Exception {
    setCurrentKey(bucket);
    BucketPanes saved = panes.value();
    BucketRing ring = new BucketRing(spec, saved.published());
    Map<Integer, List<byte[]>> unpacked = new HashMap<>();
    for (Map.Entry<Integer, byte[]> block : blocks.entries()) {
      unpacked.put(block.getKey(), SketchSum.unpack(block.getValue()));
    }
    for (Pane pane : saved.panes()) {
      List<byte[]> held = new ArrayList<>(pane.pieces() + pane.piecesInBlock());
      for (int i = 0; i < pane.pieces(); i++) {
        held.add(pieces.get(pane.piece(i)));
      }
      List<byte[]> block = unpacked.getOrDefault(pane.block(), List.of());
      int first = pane.firstInBlock();
      held.addAll(block.subList(first, first + pane.piecesInBlock()));
      ring.restore(pane, held);
    }
    return ring;
  }

  private void keepWithinMemory() throws Exception {
    if (memoryBytes > spec.localBytes()) {
      save();
      rings.forEach((bucket, ring) -> stored.put(bucket, ring.nextWindowEnd()));
      rings.clear();
      memoryBytes = 0;
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    save();
    super.snapshotState(context);
  }

  /** Writes to state what has changed since it was last written. */
  private void save() throws Exception {
    for (Iterator<Map.Entry<Bucket, BucketRing>> each = rings.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<Bucket, BucketRing> entry = each.next();
      BucketRing ring = entry.getValue();
      if (ring.isChanged()) {
        setCurrentKey(entry.getKey());
        memoryBytes -= ring.memoryBytes();
        save(ring);
        memoryBytes += ring.memoryBytes();
      }
      if (ring.parts().isEmpty()) {
        memoryBytes -= ring.memoryBytes();
        each.remove();
      }
    }
  }

  private void save(BucketRing ring) throws Exception {
    for (BucketRing.Part part : ring.dropped()) {
      removePieces(part.saved());
    }
    List<BucketRing.Part> complete = new ArrayList<>();
    for (BucketRing.Part part : ring.parts()) {
      if (part.isUnsaved() && part.isComplete()) {
        complete.add(part);
      } else if (part.isUnsaved()) {
        save(part);
      }
    }
    saveTogether(complete, ring);
    for (int block : ring.takeEmptyBlocks()) {
      blocks.remove(block);
    }
    List<Pane> saved = new ArrayList<>(ring.parts().size());
    ring.parts().forEach(part -> saved.add(part.saved()));
    if (saved.isEmpty()) {
      panes.clear();
    } else {
      saved.sort(Pane.ORDER);
      panes.update(BucketPanes.of(saved, ring.published()));
    }
    ring.markSaved();
  }

  private void saveTogether(List<BucketRing.Part> complete, BucketRing ring) throws Exception {
    for (BucketRing.Part part : complete) {
      if (part.isRewritten()) {
        removePieces(part.saved());
      }
    }
    if (!complete.isEmpty()) {
      byte[] block = ring.pack(complete);
      blocks.put(ring.lastBlock(), block);
    }
  }

  private void save(BucketRing.Part part) throws Exception {
    List<byte[]> unsaved = part.unsaved();
    Pane saved = part.saved();
    int index = saved.pieces();
    if (part.isRewritten()) {
      removePieces(saved);
      index = 0;
    }
    for (byte[] piece : unsaved) {
      pieces.put(saved.piece(index++), piece);
    }
    part.markSaved();
  }

  private void removePieces(Pane pane) throws Exception {
    for (int i = 0; i < pane.pieces(); i++) {
      pieces.remove(pane.piece(i));
    }
  }

  /** Never: {@link #open} leaves no timer. */
  @Override
  public void onEventTime(InternalTimer<Bucket, VoidNamespace> timer) {}

  @Override
  public void onProcessingTime(InternalTimer<Bucket, VoidNamespace> timer) {}
}
