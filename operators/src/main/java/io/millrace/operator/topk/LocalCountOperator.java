package io.millrace.operator.topk;

import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Counts records where they are read and hands on packed counts, so that records are neither
 * shuffled nor written to keyed state one by one. Counts are handed on before the watermark that
 * they are due at, before the task is idle, before a checkpoint's barrier, at the memory bound and
 * at the end; so it keeps no counts in a checkpoint and can be rescaled freely.
 *
 * <p><b>Space</b>: {@link PaneCounting#localBytes}. <b>Time</b> and <b>error</b>: those of the
 * {@link PaneCounts}.
 */
public class LocalCountOperator<T> extends AbstractStreamOperator<PartialCount>
    implements OneInputStreamOperator<T, PartialCount>, BoundedOneInput {
  /*
   * Who decides that a record is late. A window is published when the watermark of all tasks
   * together closes it. One task's watermark says less, for while the task is idle the others go on
   * without it. So this operator runs twice. The first instance, chained to the source, counts only
   * what is surely in time, and passes the rest on as records. The second, behind an exchange, sees
   * the watermark of all tasks and decides.
   *
   * The rule that makes it safe: counts are never behind the watermark that their sender last sent
   * to keyed state, and no sender is ever idle there. The watermark of keyed state is the least of
   * its senders', so no counts can come after their window.
   *
   *  - An idle source task counts nothing; its records (a source may emit some before it says that
   *    it is active) are passed on. Meanwhile StandInWatermarkOperator sends a watermark in its
   *    place: the latest event time that any task may have read by now. Once the task is active
   *    again, it counts only what is beyond that; until its own watermark gets there, records are
   *    passed on.
   *  - The second instance does not hand on that its inputs are idle. They are idle for it: its
   *    watermark goes on with those that are not.
   *  - After a restore the watermarks start anew, but windows are already published. Every task had
   *    promised at least what was published, so a task goes on from its own promise, or, where the
   *    parallelism has changed, from that of any other. Hence broadcast state, read by each task as
   *    its own; union state would stop checkpoints once some of the source's tasks have finished.
   *
   * A record whose first windows are closed while its last are open is counted in the open ones.
   * Only the second instance does so, and marks the counts with the first window they belong to.
   */
  private static final long serialVersionUID = 1L;
  private static final int PANE_BYTES = 200;

  /** So much of the memory may be kept for what is counted next. */
  private static final int SPARE_SHARE = 4;

  private static final String THIS_TASK = "this-task";
  private static final MapStateDescriptor<String, Progress> PROGRESS =
      new MapStateDescriptor<>("progress", Types.STRING, TypeInformation.of(Progress.class));

  /**
   * How far a task had come at a checkpoint.
   *
   * @param watermark what it counts is beyond this
   * @param sizeMillis length of the windows, to refuse a restore with others
   * @param slideMillis slide of the windows, likewise
   * @param allowedLatenessMillis lateness of the windows, likewise
   * @param algorithm code of the algorithm; only exact counts can be gone on with exactly
   */
  public record Progress(
      long watermark,
      long sizeMillis,
      long slideMillis,
      long allowedLatenessMillis,
      String algorithm) {

    private String described() {
      return String.format(
          "window %d ms, slide %d ms, allowed lateness %d ms, algorithm %s",
          sizeMillis, slideMillis, allowedLatenessMillis, algorithm);
    }

    /** Whether counting can go on as {@code now} says: in the same panes, and not more exactly. */
    private boolean allows(Progress now) {
      String exact = SketchAlgorithm.EXACT.code();
      return sizeMillis == now.sizeMillis
          && slideMillis == now.slideMillis
          && allowedLatenessMillis == now.allowedLatenessMillis
          && (algorithm.equals(exact) || !now.algorithm.equals(exact));
    }
  }

  private final PaneCounting counting;
  private final PaneCounts.Factory<T> factory;
  private final @Nullable OutputTag<T> possiblyLate;
  private final @Nullable OutputTag<Tuple2<T, Long>> late;
  private final String uid;

  private transient PanedWindows windows;
  private transient Map<Long, Pane<T>> panes;

  /** The pane of the last record. */
  private transient @Nullable Pane<T> lastPane;

  /** The pane before that: where records are out of order, the two take turns. */
  private transient @Nullable Pane<T> paneBefore;

  private transient long bufferedBytes;

  /** Counts that were handed on, with their memory: what is counted next needs about as much. */
  private transient ArrayDeque<PaneCounts<T>> spare;

  private transient long spareBytes;
  private transient BroadcastState<String, Progress> progress;
  private transient Counter lateRecords;
  private transient boolean idle;
  private transient boolean ended;

  /**
   * What this task counts is beyond this: its watermark, what it had reached at the checkpoint it
   * was restored from, or what the others may have reached while it was idle.
   */
  private transient long reached;

  /** The same without the watermark at the end of time. */
  private transient long reachedBeforeEnd;

  /** A pane with its counts. */
  private static final class Pane<T> {
    private final long start;
    private final long end;

    private final long firstWindowEnd;
    private final long dueTime;
    private final PaneCounts<T> counts;
    private long memoryBytes;

    Pane(long start, long end, long firstWindowEnd, long dueTime, PaneCounts<T> counts) {
      this.start = start;
      this.end = end;
      this.firstWindowEnd = firstWindowEnd;
      this.dueTime = dueTime;
      this.counts = counts;
    }

    private boolean holds(long at) {
      return at >= start && at < end;
    }

    /** By how many bytes of memory this is larger than when it was last asked. */
    private long growth() {
      long before = memoryBytes;
      memoryBytes = PANE_BYTES + counts.memoryBytes();
      return memoryBytes - before;
    }
  }

  private LocalCountOperator(
      PaneCounting counting,
      PaneCounts.Factory<T> factory,
      @Nullable OutputTag<T> possiblyLate,
      @Nullable OutputTag<Tuple2<T, Long>> late,
      String uid) {
    this.counting = counting;
    this.factory = factory;
    this.possiblyLate = possiblyLate;
    this.late = late;
    this.uid = uid;
  }

  /**
   * An operator behind an exchange, which decides what is late.
   *
   * @param late where late records go out, each with the watermark that it is behind
   * @param uid of the operator
   */
  protected LocalCountOperator(
      PaneCounting counting,
      PaneCounts.Factory<T> factory,
      OutputTag<Tuple2<T, Long>> late,
      String uid) {
    this(counting, factory, null, late, uid);
  }

  /** The instance beside the source, which passes records on that may be late. */
  static <T> LocalCountOperator<T> besideSource(
      PaneCounting counting, PaneCounts.Factory<T> factory, OutputTag<T> possiblyLate, String uid) {
    return new LocalCountOperator<>(counting, factory, possiblyLate, null, uid);
  }

  /** The instance behind the exchange, which decides; late records go out with the watermark. */
  static <T> LocalCountOperator<T> behindExchange(
      PaneCounting counting,
      PaneCounts.Factory<T> factory,
      OutputTag<Tuple2<T, Long>> late,
      String uid) {
    return new LocalCountOperator<>(counting, factory, late, uid);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    windows = counting.windows();
    panes = new HashMap<>();
    spare = new ArrayDeque<>();
    reached = Long.MIN_VALUE;
    reachedBeforeEnd = Long.MIN_VALUE;
    progress =
        SavedState.open(
            uid,
            PROGRESS.getName(),
            () -> context.getOperatorStateStore().getBroadcastState(PROGRESS));
    Progress restored = progress.get(THIS_TASK);
    if (restored != null) {
      checkUnchanged(restored);
      reach(restored.watermark());
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    lateRecords = getMetricGroup().counter("numLateRecords");
  }

  @Override
  public void processElement(StreamRecord<T> element) {
    if (!element.hasTimestamp()) {
      throw new IllegalStateException(
          "a record has no event time; give the source a watermark strategy with a timestamp"
              + " assigner");
    }
    Pane<T> pane = openPane(element.getTimestamp());
    if (pane == null) {
      passOn(element);
      return;
    }
    if (count(element.getValue(), pane.start, pane.counts)) {
      bufferedBytes += pane.growth();
    }
    if (bufferedBytes > counting.localBytes()) {
      handOn(Long.MAX_VALUE);
    }
  }

  /**
   * Counts a record.
   *
   * @param paneStart start of its pane, which is open
   * @param counts those of its pane
   * @return whether the memory of {@code counts} may be another than before
   */
  protected boolean count(T event, long paneStart, PaneCounts<T> counts) {
    return counts.add(event);
  }

  /** The counts of another open pane. */
  protected final PaneCounts<T> countsOf(long paneStart) {
    return pane(paneStart).counts;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    handOn(mark.getTimestamp());
    reach(mark.getTimestamp());
    super.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    if (possiblyLate == null) {
      return;
    }
    handOn(Long.MAX_VALUE);
    idle = status.isIdle();
    super.processWatermarkStatus(status);
    // After the stand-in watermark has been set from the same clock, so at least as much as that.
    reach(latestEventTimeNow());
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    handOn(Long.MAX_VALUE);
  }

  @Override
  public void endInput() throws Exception {
    handOn(Long.MAX_VALUE);
    ended = true;
    if (idle) {
      // Flink drops the last watermark of a task that ends while idle, and its windows with it.
      processWatermarkStatus(WatermarkStatus.ACTIVE);
      processWatermark(Watermark.MAX_WATERMARK);
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    if (idle) {
      reach(latestEventTimeNow());
    }
    // The watermark is at the end of time too while some inputs have ended and the others are idle.
    progress.put(THIS_TASK, progressAt(ended ? reachedBeforeEnd : reached));
  }

  private void reach(long time) {
    reached = Math.max(reached, time);
    if (time != Long.MAX_VALUE) {
      reachedBeforeEnd = reached;
    }
    forgetLastPanes();
  }

  private void forgetLastPanes() {
    lastPane = null;
    paneBefore = null;
  }

  private long latestEventTimeNow() {
    return counting.latestEventTime(getProcessingTimeService().getCurrentProcessingTime());
  }

  /** The pane to count {@code at} in, or null where that is not for this instance to do. */
  private @Nullable Pane<T> openPane(long at) {
    Pane<T> pane = lastPane;
    if (pane != null && pane.holds(at)) {
      return pane;
    }
    pane = paneBefore;
    if (pane == null || !pane.holds(at)) {
      pane = findOpenPane(at);
    }
    if (pane != null) {
      paneBefore = lastPane;
      lastPane = pane;
    }
    return pane;
  }

  private @Nullable Pane<T> findOpenPane(long at) {
    long start = windows.paneStart(at);
    if (possiblyLate == null
        ? windows.paneCloseTime(start) <= reached
        : idle || windows.closeTime(windows.firstWindowEnd(start)) <= reached) {
      return null;
    }
    return pane(start);
  }

  private Pane<T> pane(long start) {
    Pane<T> pane = panes.get(start);
    if (pane == null) {
      pane =
          new Pane<>(
              start,
              start + windows.paneMillis(),
              windows.firstOpenWindowEnd(start, reached),
              counting.dueTime(start, reached),
              unused());
      panes.put(start, pane);
      bufferedBytes += pane.growth();
    }
    return pane;
  }

  private PaneCounts<T> unused() {
    PaneCounts<T> counts = spare.pollLast();
    if (counts == null) {
      return factory.create();
    }
    spareBytes -= counts.memoryBytes();
    return counts;
  }

  private void passOn(StreamRecord<T> element) {
    if (possiblyLate != null) {
      output.collect(possiblyLate, element);
    } else if (late != null) {
      lateRecords.inc();
      output.collect(
          late, new StreamRecord<>(Tuple2.of(element.getValue(), reached), element.getTimestamp()));
    }
  }

  /** Hands on the counts that are due before a watermark. */
  private void handOn(long mark) {
    Iterator<Pane<T>> open = panes.values().iterator();
    while (open.hasNext()) {
      Pane<T> pane = open.next();
      if (pane.dueTime <= mark) {
        open.remove();
        handOn(pane);
      }
    }
    forgetLastPanes();
  }

  private void handOn(Pane<T> pane) {
    bufferedBytes -= pane.memoryBytes;
    pane.counts.handOn(
        (bucket, form) ->
            output.collect(
                new StreamRecord<>(
                    new PartialCount(bucket, pane.start, pane.firstWindowEnd, form))));
    if (spareBytes + pane.counts.memoryBytes() <= counting.localBytes() / SPARE_SHARE) {
      pane.counts.reset();
      spareBytes += pane.counts.memoryBytes();
      spare.addLast(pane.counts);
    }
  }

  private Progress progressAt(long watermark) {
    return new Progress(
        watermark,
        windows.sizeMillis(),
        windows.slideMillis(),
        windows.allowedLatenessMillis(),
        counting.method());
  }

  private void checkUnchanged(Progress restored) {
    Progress now = progressAt(reached);
    if (!restored.allows(now)) {
      throw SavedState.refusal(
          uid,
          String.format(
              "its state was counted with %s, and the job now asks for %s; restore with the former"
                  + " options, or start without state",
              restored.described(), now.described()));
    }
  }
}
