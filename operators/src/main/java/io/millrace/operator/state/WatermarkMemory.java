package io.millrace.operator.state;

import java.util.Optional;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.InternalTimeServiceManager;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Remembers how far event time has come, which Flink's checkpoints leave out: sources begin anew
 * after a restore, and until they are where they were, what was closed must not open again.
 *
 * <p><b>State</b>: the watermark. It is in broadcast state, for after an exchange it is the same in
 * every task at a barrier. Before one each task has its own; after a restore at another parallelism
 * a task then has that of any.
 */
public final class WatermarkMemory {
  private static final MapStateDescriptor<String, Long> PROGRESS =
      new MapStateDescriptor<>("progress", Types.STRING, Types.LONG);
  private static final String WATERMARK = "watermark";

  private final BroadcastState<String, Long> progress;
  private long latest;

  private WatermarkMemory(BroadcastState<String, Long> progress, long latest) {
    this.progress = progress;
    this.latest = latest;
  }

  /**
   * What is remembered in an operator's state; nothing in that of an operator which did not
   * remember anything yet.
   */
  public static WatermarkMemory open(OperatorStateStore store) throws Exception {
    BroadcastState<String, Long> progress = store.getBroadcastState(PROGRESS);
    Long restored = progress.get(WATERMARK);
    return new WatermarkMemory(progress, restored == null ? Long.MIN_VALUE : restored);
  }

  /** The latest watermark, in milliseconds since the epoch; {@link Long#MIN_VALUE} for none. */
  public long latest() {
    return latest;
  }

  /** Takes a watermark, and gives the later one of it and what is remembered. */
  public Watermark later(Watermark mark) {
    latest = Math.max(latest, mark.getTimestamp());
    return latest == mark.getTimestamp() ? mark : new Watermark(latest);
  }

  /**
   * Tells an operator's timers, when it opens, what is remembered. Those that it is past have fired
   * before the checkpoint.
   */
  void tell(Optional<InternalTimeServiceManager<?>> timers) throws Exception {
    if (latest != Long.MIN_VALUE && timers.isPresent()) {
      timers.get().advanceWatermark(new Watermark(latest));
    }
  }

  /** Puts it into the state. The end of the input is no time to go on from. */
  public void save() throws Exception {
    if (latest != Long.MIN_VALUE && latest != Long.MAX_VALUE) {
      progress.put(WATERMARK, latest);
    }
  }
}
