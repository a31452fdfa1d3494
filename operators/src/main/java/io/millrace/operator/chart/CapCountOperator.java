package io.millrace.operator.chart;

import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.state.KeyGroupKeys;
import io.millrace.operator.state.PaneBuffers;
import io.millrace.operator.state.PaneLog;
import io.millrace.operator.topk.LocalCountOperator;
import io.millrace.operator.topk.PaneCounts;
import io.millrace.operator.window.PanedWindows;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Counts plays of which no listener has more than some of one song in a window. The plays of one
 * listener and song come to one task.
 *
 * <p><b>State</b>: for each key the plays that counted in some window, by pane: about 40 bytes for
 * a listener, song, pane and region; cleared when no window that is open, or whose plays can still
 * change one that is, has the pane. It is in memory as well ({@link CapTable}) and only written to,
 * once a checkpoint. <b>Timers</b>: none.
 */
final class CapCountOperator<T> extends LocalCountOperator<T> {
  private static final long serialVersionUID = 1L;

  private final ChartSpec spec;
  private final PlayFields<T> fields;
  private final String uid;

  private transient PanedWindows windows;
  private transient ItemSlice song;
  private transient ItemSlice region;
  private transient Regions regions;
  private transient PaneLog log;
  private transient @Nullable Plays[] plays;
  private transient long keptFrom;

  /** The plays of one key. */
  private static final class Plays {
    private final CapTable table;

    private final PaneBuffers panes = new PaneBuffers();

    Plays(CapTable table) {
      this.table = table;
    }

    boolean add(long pair, long pane, int region, long keptFrom, CapTable.Excess excess) {
      int before = table.size();
      boolean mayCount = table.add(pair, pane, region, keptFrom, excess);
      if (table.size() != before) {
        panes.count(pane);
      }
      return mayCount;
    }

    void log(long pair, long pane, byte[] region) {
      panes
          .roomFor(pane, Long.BYTES + Short.BYTES + region.length)
          .putLong(pair)
          .putShort((short) region.length)
          .put(region);
    }

    void forget(long keptFrom) {
      table.forget(panes.forget(keptFrom), keptFrom);
    }
  }

  CapCountOperator(
      ChartSpec spec, PlayFields<T> fields, OutputTag<Tuple2<T, Long>> late, String uid) {
    super(spec.counting(), () -> new PlayCounts<>(fields), late, uid);
    this.spec = spec;
    this.fields = fields;
    this.uid = uid;
  }

  /** The number of the key that a play of a listener and song belongs to. */
  static <T> int key(PlayFields<T> fields, T play, ItemSlice song) {
    return KeyGroupKeys.of(pair(fields, play, song));
  }

  private static <T> long pair(PlayFields<T> fields, T play, ItemSlice song) {
    fields.song(play, song);
    return song.stableHash(fields.listener(play));
  }

  @Override
  public void open() throws Exception {
    super.open();
    windows = spec.windows();
    song = new ItemSlice();
    region = new ItemSlice();
    regions = new Regions();
    plays = new Plays[KeyGroupKeys.COUNT];
    keptFrom = Long.MIN_VALUE;
    log = PaneLog.open(getKeyedStateStore(), uid);
    List<Integer> keys;
    try (var saved =
        this.<Integer>getKeyedStateBackend().getKeys(PaneLog.keysState(), VoidNamespace.INSTANCE)) {
      keys = saved.toList();
    }
    for (int key : keys) {
      setCurrentKey(key);
      restore(playsOf(KeyGroupKeys.indexOf(key)));
    }
  }

  private void restore(Plays restored) throws Exception {
    for (Map.Entry<Long, List<byte[]>> pane : log.read().entrySet()) {
      for (byte[] piece : pane.getValue()) {
        ByteBuffer in = ByteBuffer.wrap(piece);
        while (in.hasRemaining()) {
          long pair = in.getLong();
          int length = in.getShort();
          int where = regions.number(piece, in.position(), length);
          in.position(in.position() + length);
          restored.add(pair, pane.getKey(), where, keptFrom, (end, beyond, there) -> {});
        }
      }
    }
  }

  /** State is used at checkpoints only, under every key in turn. */
  @Override
  public void setKeyContextElement(StreamRecord<T> element) {}

  @Override
  protected boolean count(T play, long pane, PaneCounts<T> counts) {
    long pair = pair(fields, play, song);
    fields.region(play, region);
    int where = regions.number(region.bytes(), region.start(), region.length());
    Plays of = playsOf(KeyGroupKeys.index(pair));
    if (!of.add(pair, pane, where, keptFrom, this::isBeyond)) {
      return false;
    }
    of.log(pair, pane, region.copy());
    return counts.add(play);
  }

  private void isBeyond(long windowEnd, long pane, int where) {
    byte[] name = regions.name(where);
    plays(windowEnd - windows.slideMillis()).addBeyondLast(song, name);
    if (Math.floorMod(windowEnd, windows.sizeMillis()) == 0) {
      plays(pane).addBeyondAligned(song, name);
    }
  }

  private PlayCounts<T> plays(long pane) {
    return (PlayCounts<T>) countsOf(pane);
  }

  private Plays playsOf(int index) {
    Plays of = plays[index];
    if (of == null) {
      of = new Plays(new CapTable(windows, spec.listenerCap(), regions::compare));
      plays[index] = of;
    }
    return of;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.getTimestamp() < ChartSpec.LAST_TIME) {
      long before = keptFrom;
      keptFrom = spec.cappedFrom(mark.getTimestamp());
      if (keptFrom > before) {
        for (Plays of : plays) {
          if (of != null) {
            of.forget(keptFrom);
          }
        }
      }
    }
    super.processWatermark(mark);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    save();
    super.snapshotState(context);
  }

  private void save() throws Exception {
    for (int index = 0; index < plays.length; index++) {
      Plays of = plays[index];
      if (of == null || !of.panes.isUnsaved()) {
        continue;
      }
      setCurrentKey(KeyGroupKeys.at(index));
      of.panes.save(log, keptFrom);
      if (of.panes.isEmpty()) {
        plays[index] = null;
      }
    }
  }
}
