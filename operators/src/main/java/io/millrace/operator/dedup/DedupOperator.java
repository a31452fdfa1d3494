package io.millrace.operator.dedup;

import io.millrace.operator.dedup.EventDedup.IdOf;
import io.millrace.operator.state.KeyGroupKeys;
import io.millrace.operator.state.PaneBuffers;
import io.millrace.operator.state.PaneLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Passes an event on unless one with its id has. All ids that are needed are in memory; state has
 * them as well, and is only written to, once a checkpoint.
 *
 * <p><b>State</b>: 16 bytes an id, by pane, cleared when the watermark has left the pane behind by
 * the horizon and the lateness. <b>Space</b>: {@link IdTable}. <b>Timers</b>: none.
 */
final class DedupOperator<T> extends AbstractStreamOperator<T>
    implements OneInputStreamOperator<T, T> {
  private static final long serialVersionUID = 1L;
  private static final int ENTRY_BYTES = 2 * Long.BYTES;

  private final IdOf<T> id;
  private final DedupSpec spec;
  private final String uid;

  private transient PaneLog log;
  private transient Counter repetitions;

  /** Those of this task's keys that have an id, by the number of the key. */
  private transient @Nullable Ids[] ids;

  // What the watermark says.
  private transient long interestingFrom;
  private transient long keptFrom;

  /** The ids of one key. */
  private static final class Ids {
    private final IdTable table = new IdTable();

    private final PaneBuffers panes = new PaneBuffers();

    boolean add(long hash, long at, long pane, long horizonMillis, long keptFrom) {
      if (!table.add(hash, at, horizonMillis, keptFrom)) {
        return false;
      }
      panes.count(pane);
      return true;
    }

    void forget(long keptFrom) {
      table.forget(panes.forget(keptFrom), keptFrom);
    }
  }

  DedupOperator(IdOf<T> id, DedupSpec spec, String uid) {
    this.id = id;
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void open() throws Exception {
    super.open();
    repetitions = getMetricGroup().counter("numRepetitions");
    interestingFrom = Long.MIN_VALUE;
    keptFrom = Long.MIN_VALUE;
    ids = new Ids[KeyGroupKeys.COUNT];
    log = PaneLog.open(getKeyedStateStore(), uid);
    List<Integer> keys;
    try (var saved =
        this.<Integer>getKeyedStateBackend().getKeys(PaneLog.keysState(), VoidNamespace.INSTANCE)) {
      keys = saved.toList();
    }
    for (int key : keys) {
      setCurrentKey(key);
      Ids restored = idsOf(KeyGroupKeys.indexOf(key));
      for (Map.Entry<Long, List<byte[]>> pane : log.read().entrySet()) {
        for (byte[] piece : pane.getValue()) {
          ByteBuffer in = ByteBuffer.wrap(piece);
          while (in.hasRemaining()) {
            restored.add(in.getLong(), in.getLong(), pane.getKey(), spec.horizonMillis(), keptFrom);
          }
        }
      }
    }
  }

  /** State is used at checkpoints only, under every key in turn. */
  @Override
  public void setKeyContextElement(StreamRecord<T> element) {}

  @Override
  public void processElement(StreamRecord<T> element) {
    long at = element.getTimestamp();
    if (at >= interestingFrom) {
      long hash = id.hash(element.getValue());
      long pane = spec.paneStart(at);
      Ids of = idsOf(KeyGroupKeys.index(hash));
      if (!of.add(hash, at, pane, spec.horizonMillis(), keptFrom)) {
        repetitions.inc();
        return;
      }
      of.panes.roomFor(pane, ENTRY_BYTES).putLong(hash).putLong(at);
    }
    output.collect(element);
  }

  private Ids idsOf(int index) {
    Ids of = ids[index];
    if (of == null) {
      of = new Ids();
      ids[index] = of;
    }
    return of;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    long before = keptFrom;
    interestingFrom = spec.interestingFrom(mark.getTimestamp());
    keptFrom = spec.keptFrom(mark.getTimestamp());
    if (keptFrom > before) {
      for (Ids of : ids) {
        if (of != null) {
          of.forget(keptFrom);
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
    for (int index = 0; index < ids.length; index++) {
      Ids of = ids[index];
      if (of == null || !of.panes.isUnsaved()) {
        continue;
      }
      setCurrentKey(KeyGroupKeys.at(index));
      of.panes.save(log, keptFrom);
      if (of.panes.isEmpty()) {
        ids[index] = null;
      }
    }
  }
}
