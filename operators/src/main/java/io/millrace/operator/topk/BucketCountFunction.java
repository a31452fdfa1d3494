package io.millrace.operator.topk;

import io.millrace.operator.sketch.TopItems;
import io.millrace.operator.sketch.TopKSketch;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.topk.BucketRanking.RankedWindow;
import io.millrace.operator.topk.PartialCount.Bucket;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Merges the partial counts of one bucket and ranks it when a window closes.
 *
 * <p>A partial count is appended as it is, which costs no read of the counts so far; the pieces of
 * a pane are merged into one when they have grown to twice what they were after the last merge.
 *
 * <p><b>State</b>: the counts of every pane that lies in an open window, at most twice their merged
 * size; cleared when the pane's last window closes. <b>Timers</b>: at most one for each pane in
 * state, at the close of a window that holds it.
 */
final class BucketCountFunction extends KeyedProcessFunction<Bucket, PartialCount, BucketRanking> {
  private static final long serialVersionUID = 1L;
  private static final int SMALLEST_MERGE_BYTES = 16 << 10;

  private static final ValueStateDescriptor<BucketPanes> PANES =
      new ValueStateDescriptor<>("panes", TypeInformation.of(BucketPanes.class));
  static final MapStateDescriptor<BucketPanes.Piece, byte[]> PIECES =
      new MapStateDescriptor<>(
          "pieces",
          TypeInformation.of(BucketPanes.Piece.class),
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private final HeavyHittersSpec spec;
  private final String uid;

  private transient PanedWindows windows;
  private transient ValueState<BucketPanes> panes;
  private transient MapState<BucketPanes.Piece, byte[]> pieces;

  BucketCountFunction(HeavyHittersSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    windows = spec.windows();
    panes = SavedState.open(uid, PANES.getName(), () -> getRuntimeContext().getState(PANES));
    pieces = SavedState.open(uid, PIECES.getName(), () -> getRuntimeContext().getMapState(PIECES));
  }

  @Override
  public void processElement(PartialCount partial, Context context, Collector<BucketRanking> out)
      throws Exception {
    long closeTime = windows.closeTime(partial.firstWindowEnd());
    long watermark = context.timerService().currentWatermark();
    if (closeTime <= watermark) {
      throw new IllegalStateException(
          String.format(
              "counts for the window that ends at %d came at watermark %d, after it was published;"
                  + " the operators that count must send no counts behind their own watermark and"
                  + " never be idle",
              partial.firstWindowEnd(), watermark));
    }
    BucketPanes known = panes.value();
    BucketPanes held = known == null ? BucketPanes.EMPTY : known;
    BucketPanes.Pane before = held.pane(partial.paneStart(), partial.firstWindowEnd());
    pieces.put(before.piece(before.pieces()), partial.sketch());
    BucketPanes.Pane after = before.plusPiece(partial.sketch().length);
    if (after.bytes() > Math.max(SMALLEST_MERGE_BYTES, 2 * after.mergedBytes())) {
      after = mergePieces(after);
    }
    panes.update(held.with(after));
    context.timerService().registerEventTimeTimer(closeTime);
  }

  @Override
  public void onTimer(long closeTime, OnTimerContext context, Collector<BucketRanking> out)
      throws Exception {
    BucketPanes known = panes.value();
    if (known == null) {
      return;
    }
    long windowEnd = windows.windowEndClosingAt(closeTime);
    TopKSketch sketch = spec.bucketSketch();
    List<BucketPanes.Pane> left = new ArrayList<>();
    boolean held = false;
    for (BucketPanes.Pane pane : known.panes()) {
      if (windowEnd >= pane.firstWindowEnd() && windows.holds(windowEnd, pane.start())) {
        mergeInto(sketch, pane);
        held = true;
      }
      if (windows.lastWindowEnd(pane.start()) > windowEnd) {
        left.add(pane);
        long next = Math.max(pane.firstWindowEnd(), windowEnd + windows.slideMillis());
        context.timerService().registerEventTimeTimer(windows.closeTime(next));
      } else {
        removePieces(pane);
      }
    }
    if (left.isEmpty()) {
      panes.clear();
    } else {
      panes.update(new BucketPanes(left));
    }
    if (held) {
      TopItems top = sketch.topItems(spec.k());
      out.collect(
          new BucketRanking(
              new RankedWindow(context.getCurrentKey().dimension(), windowEnd),
              sketch.total(),
              sketch.maxError(),
              top.othersAtMost(),
              top.items()));
    }
  }

  private BucketPanes.Pane mergePieces(BucketPanes.Pane pane) throws Exception {
    TopKSketch sketch = spec.bucketSketch();
    mergeInto(sketch, pane);
    removePieces(pane);
    byte[] merged = sketch.toBytes();
    pieces.put(pane.piece(0), merged);
    return pane.merged(merged.length);
  }

  private void mergeInto(TopKSketch sketch, BucketPanes.Pane pane) throws Exception {
    for (int i = 0; i < pane.pieces(); i++) {
      sketch.merge(pieces.get(pane.piece(i)));
    }
  }

  private void removePieces(BucketPanes.Pane pane) throws Exception {
    for (int i = 0; i < pane.pieces(); i++) {
      pieces.remove(pane.piece(i));
    }
  }
}
