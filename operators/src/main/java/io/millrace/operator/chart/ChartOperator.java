package io.millrace.operator.chart;

import io.millrace.operator.chart.ChartSelections.Selected;
import io.millrace.operator.chart.SongBook.Counted;
import io.millrace.operator.distinct.DistinctWindow;
import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.state.PaneLog;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.topk.PartialCount;
import io.millrace.operator.topk.PartialCount.Bucket;
import io.millrace.operator.window.PanedWindows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Merges the partial counts of every bucket of songs, and selects the first songs of every chart
 * and region of a task's buckets together: when a window ends, and where counts come later, when
 * the next one ends or the window closes.
 *
 * <p><b>State</b>: for each bucket what was played in the panes that make a difference, {@link
 * PlayForm}, by pane; without listeners once no open window has the pane; cleared when the pane
 * makes no difference any more. The names of its songs, which stay. What was played is written once
 * a checkpoint; sums of it, and the panes of open windows, are in memory: {@link SongBook}.
 * <b>Timers</b>: none.
 */
final class ChartOperator extends AbstractStreamOperator<ChartPart>
    implements TwoInputStreamOperator<PartialCount, SongName, ChartPart> {
  private static final long serialVersionUID = 1L;

  /** So much is added to a pane's state, or twice what it was merged to, before it is merged. */
  private static final int SMALLEST_MERGE_BYTES = 16 << 10;

  private static final ValueStateDescriptor<Position> POSITION =
      new ValueStateDescriptor<>("position", TypeInformation.of(Position.class));
  private static final MapStateDescriptor<String, SongNames> NAMES =
      new MapStateDescriptor<>("names", Types.STRING, TypeInformation.of(SongNames.class));

  private final ChartSpec spec;
  private final String uid;

  private transient PanedWindows windows;
  private transient PaneLog log;
  private transient ValueState<Position> position;
  private transient MapState<String, SongNames> names;
  private transient Regions regions;
  private transient Decayed decayed;
  private transient Map<Integer, Bound> books;
  private transient ChartSelections selections;

  /** The names of the songs that were in charts last, so that state is asked for new ones only. */
  private transient Map<String, SongNames> namesAtHand;

  /** Ends of published windows whose counts have changed. */
  private transient NavigableSet<Long> changed;

  private transient long published;

  /** What makes no difference to the window that ends here and those after it is gone. */
  private transient long forgottenTo;

  private transient long watermark;

  /**
   * How far a bucket had come.
   *
   * @param windowEnd end of the window that its sums are for
   * @param published end of the last window that was published
   */
  public record Position(long windowEnd, long published) {}

  /** A song of a book. */
  private record SongOf(SongBook book, int song) {}

  /** A book with what of it is not in state. */
  private static final class Bound {
    private final SongBook book;
    private final Map<Long, List<Counted>> unsaved = new TreeMap<>();

    /** What is in state of the panes in memory. */
    private final Map<Long, Written> written = new HashMap<>();

    private boolean moved;

    Bound(SongBook book) {
      this.book = book;
    }
  }

  /** The size of a pane in state, and what it was when it was merged last. */
  private static final class Written {
    private long bytes;
    private long mergedBytes;

    private void add(List<byte[]> pieces) {
      for (byte[] piece : pieces) {
        bytes += piece.length;
      }
    }
  }

  ChartOperator(ChartSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void open() throws Exception {
    super.open();
    windows = spec.windows();
    log = PaneLog.open(getKeyedStateStore(), uid);
    position =
        SavedState.open(uid, POSITION.getName(), () -> getRuntimeContext().getState(POSITION));
    names = SavedState.open(uid, NAMES.getName(), () -> getRuntimeContext().getMapState(NAMES));
    regions = new Regions();
    decayed = new Decayed(spec);
    books = new TreeMap<>();
    selections = new ChartSelections(spec);
    namesAtHand = new HashMap<>();
    changed = new TreeSet<>();
    published = Long.MIN_VALUE;
    forgottenTo = Long.MIN_VALUE;
    watermark = Long.MIN_VALUE;
    List<Bucket> saved;
    try (var keys =
        this.<Bucket>getKeyedStateBackend().getKeys(PaneLog.keysState(), VoidNamespace.INSTANCE)) {
      saved = keys.toList();
    }
    for (Bucket bucket : saved) {
      setCurrentKey(bucket);
      books.put(bucket.index(), restored());
    }
    long lateness = windows.allowedLatenessMillis();
    if (lateness > 0 && published != Long.MIN_VALUE) {
      // Other tasks may have the parts now that this one had, so all that may change is sent anew.
      long first = published - lateness;
      markChanged(first - Math.floorMod(first, windows.slideMillis()));
    }
  }

  private Bound restored() throws Exception {
    Position at = position.value();
    long heldFrom =
        at.windowEnd()
            - windows.sizeMillis()
            - windows.allowedLatenessMillis()
            - windows.slideMillis();
    Bound bound = new Bound(new SongBook(spec, decayed, regions, at.windowEnd(), heldFrom));
    published = Math.max(published, at.published());
    for (Map.Entry<Long, List<byte[]>> pane : log.read().entrySet()) {
      Written written = new Written();
      written.add(pane.getValue());
      for (byte[] piece : pane.getValue()) {
        bound.book.add(pane.getKey(), counted(piece));
      }
      if (pane.getKey() >= heldFrom) {
        bound.written.put(pane.getKey(), written);
      }
    }
    return bound;
  }

  @Override
  public void processElement1(StreamRecord<PartialCount> element) throws Exception {
    PartialCount partial = element.getValue();
    long pane = partial.paneStart();
    if (windows.paneCloseTime(pane) <= watermark) {
      throw new IllegalStateException(
          String.format(
              "counts of the pane that starts at %d came at watermark %d, after its windows had"
                  + " closed; the operators that count must send no counts behind their own"
                  + " watermark and never be idle",
              pane, watermark));
    }
    Bound bound = books.get(partial.bucket().index());
    if (bound == null) {
      bound =
          new Bound(
              published == Long.MIN_VALUE
                  ? new SongBook(spec, decayed, regions)
                  : new SongBook(spec, decayed, regions, published, Long.MIN_VALUE));
      books.put(partial.bucket().index(), bound);
    }
    if (published == Long.MIN_VALUE
        && bound.book.windowEnd() != SongBook.NONE
        && pane < bound.book.windowEnd()) {
      // Nothing is published yet, so the first window is that of the first pane.
      bound.book.moveTo(pane, this::history);
    }
    Counted counted = new Counted(partial.firstWindowEnd(), partial.sketch());
    bound.book.add(pane, counted);
    bound.unsaved.computeIfAbsent(pane, any -> new ArrayList<>()).add(counted);
    markChanged(counted.from());
  }

  /** Says that what counts from a window on has changed, for all published windows. */
  private void markChanged(long first) {
    for (long end = first; end <= published; end += windows.slideMillis()) {
      if (windows.closeTime(end) > watermark) {
        changed.add(end);
      }
    }
  }

  private List<Counted> history(long pane) throws Exception {
    List<Counted> counted = new ArrayList<>();
    for (byte[] piece : log.read(pane)) {
      counted.add(counted(piece));
    }
    return counted;
  }

  /** A piece of state: from which window on it counts, in 8 bytes, and the form. */
  private static byte[] piece(Counted counted) {
    return ByteBuffer.allocate(Long.BYTES + counted.form().length)
        .putLong(counted.from())
        .put(counted.form())
        .array();
  }

  private static Counted counted(byte[] piece) {
    return new Counted(
        ByteBuffer.wrap(piece).getLong(), Arrays.copyOfRange(piece, Long.BYTES, piece.length));
  }

  @Override
  public void processElement2(StreamRecord<SongName> element) throws Exception {
    SongName name = element.getValue();
    SongNames known = names.get(name.songId());
    SongNames all = (known == null ? SongNames.NONE : known).with(name, spec.firstOpen(watermark));
    if (!all.equals(known)) {
      names.put(name.songId(), all);
      namesAtHand.computeIfPresent(name.songId(), (id, former) -> all);
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    long before = watermark;
    watermark = mark.getTimestamp();
    long next = nextWindowEnd();
    while (next != SongBook.NONE && next - 1 <= watermark) {
      publish(next, next - 1);
      published = next;
      next = nextWindowEnd();
    }
    if (watermark < ChartSpec.LAST_TIME) {
      // The windows without plays count as published: what comes for them now is a revision.
      published = Math.max(published, lastEnd(watermark));
    }
    revise(before);
    forget();
    super.processWatermark(mark);
  }

  private long nextWindowEnd() {
    long next = SongBook.NONE;
    for (Bound bound : books.values()) {
      next = Math.min(next, bound.book.nextWindowEnd());
    }
    return next;
  }

  /** Publishes windows once more whose counts have changed, if it is time for it. */
  private void revise(long before) throws Exception {
    long nextEnd =
        before == Long.MIN_VALUE ? lastEnd(watermark) : lastEnd(before) + windows.slideMillis();
    for (Iterator<Long> each = changed.iterator(); each.hasNext(); ) {
      long end = each.next();
      long dueAt = Math.min(nextEnd - 1, windows.closeTime(end));
      if (dueAt <= watermark) {
        publish(end, dueAt);
        each.remove();
      }
    }
    if (published != Long.MIN_VALUE) {
      for (Map.Entry<Integer, Bound> each : books.entrySet()) {
        move(each.getKey(), each.getValue(), published);
      }
    }
  }

  /** End of the last window that has ended at a watermark. */
  private long lastEnd(long time) {
    long end = Math.min(time, Long.MAX_VALUE - 1) + 1;
    return end - Math.floorMod(end, windows.slideMillis());
  }

  private void move(int bucket, Bound bound, long end) throws Exception {
    if (bound.book.windowEnd() != end) {
      setCurrentKey(new Bucket(TrendingCharts.SONGS, bucket));
      bound.book.moveTo(end, this::history);
      bound.moved = true;
    }
  }

  private void publish(long windowEnd, long asOf) throws Exception {
    BitSet active = new BitSet();
    for (Map.Entry<Integer, Bound> each : books.entrySet()) {
      move(each.getKey(), each.getValue(), windowEnd);
      if (active.isEmpty()) {
        active = each.getValue().book.activeRegions();
      }
    }
    if (!active.isEmpty()) {
      active.set(Regions.GLOBAL);
    }
    selections.scale(decayed.scale(windowEnd));
    select(active);
    KeyGroupRange range = keyGroups();
    Map<SongOf, SongName> named = new HashMap<>();
    Map<String, SongNames> usedNames = new HashMap<>();
    for (int region : active.stream().toArray()) {
      for (ChartKind kind : spec.kinds()) {
        List<ChartSong> songs = new ArrayList<>();
        for (Selected each : selections.selected(kind, region)) {
          SongOf of = new SongOf(each.book(), each.book().songOf(each.row()));
          SongName name = named.get(of);
          if (name == null) {
            name = name(each, windowEnd, usedNames);
            named.put(of, name);
          }
          songs.add(song(each, name, each.book().listeners(each.row())));
        }
        output.collect(
            new StreamRecord<>(
                new ChartPart(
                    new ChartPart.Key(kind.code(), regions.text(region)),
                    windowEnd,
                    asOf,
                    range.getStartKeyGroup(),
                    range.getEndKeyGroup(),
                    songs)));
      }
    }
    namesAtHand = usedNames;
  }

  private void select(BitSet active) {
    boolean isComplete = false;
    for (boolean guess = true; !isComplete; guess = false) {
      selections.begin(active, guess);
      books.values().forEach(bound -> bound.book.offerTo(selections));
      isComplete = selections.end();
    }
  }

  /** The key groups of this task. */
  private KeyGroupRange keyGroups() {
    var task = getRuntimeContext().getTaskInfo();
    return KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
        task.getMaxNumberOfParallelSubtasks(),
        task.getNumberOfParallelSubtasks(),
        task.getIndexOfThisSubtask());
  }

  private SongName name(Selected selected, long windowEnd, Map<String, SongNames> usedNames)
      throws Exception {
    byte[] id = selected.book().id(selected.row());
    String songId = ItemBytes.toString(id, 0, id.length);
    SongNames known = namesAtHand.get(songId);
    if (known == null) {
      setCurrentKey(TrendingCharts.bucketOf(id));
      SongNames saved = names.get(songId);
      known = saved == null ? SongNames.NONE : saved;
    }
    usedNames.put(songId, known);
    SongName name = known.at(windowEnd);
    return name != null ? name : new SongName(songId, windowEnd, null, null, true);
  }

  private static ChartSong song(Selected selected, SongName name, DistinctWindow listeners) {
    return new ChartSong(
        name.songId(),
        name.title(),
        name.artist(),
        selected.plays(),
        selected.score(),
        selected.baseline(),
        listeners.count(),
        !listeners.isExact());
  }

  /** Takes out of memory and state what makes no difference to any window that is open. */
  private void forget() throws Exception {
    long firstOpen = Math.min(published, spec.firstOpen(watermark));
    if (firstOpen <= forgottenTo) {
      return;
    }
    forgottenTo = firstOpen;
    long keptFrom = spec.keptFrom(firstOpen);
    for (Iterator<Map.Entry<Integer, Bound>> each = books.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<Integer, Bound> entry = each.next();
      Bound bound = entry.getValue();
      setCurrentKey(new Bucket(TrendingCharts.SONGS, entry.getKey()));
      for (Map.Entry<Long, Counted> pane :
          bound.book.release(firstOpen - windows.sizeMillis()).entrySet()) {
        log.replace(pane.getKey(), List.of(piece(pane.getValue())));
        bound.unsaved.remove(pane.getKey());
        bound.written.remove(pane.getKey());
      }
      if (bound.book.forget(keptFrom)) {
        log.drop(keptFrom);
      }
      if (bound.book.isEmpty()) {
        position.clear();
        each.remove();
      }
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    for (Map.Entry<Integer, Bound> each : books.entrySet()) {
      Bound bound = each.getValue();
      if (bound.moved || !bound.unsaved.isEmpty()) {
        setCurrentKey(new Bucket(TrendingCharts.SONGS, each.getKey()));
        save(bound);
      }
    }
    super.snapshotState(context);
  }

  private void save(Bound bound) throws Exception {
    Map<Long, List<byte[]>> added = new TreeMap<>();
    for (Map.Entry<Long, List<Counted>> each : bound.unsaved.entrySet()) {
      long pane = each.getKey();
      Written written = bound.written.computeIfAbsent(pane, any -> new Written());
      List<byte[]> pieces = each.getValue().stream().map(ChartOperator::piece).toList();
      written.add(pieces);
      if (written.bytes <= Math.max(SMALLEST_MERGE_BYTES, 2 * written.mergedBytes)) {
        added.put(pane, pieces);
        continue;
      }
      List<byte[]> merged = bound.book.counted(pane).stream().map(ChartOperator::piece).toList();
      log.replace(pane, merged);
      written.bytes = 0;
      written.add(merged);
      written.mergedBytes = written.bytes;
    }
    log.append(added);
    bound.unsaved.clear();
    position.update(new Position(bound.book.windowEnd(), published));
    bound.moved = false;
  }
}
