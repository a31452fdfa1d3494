package io.millrace.operator.live;

import io.millrace.operator.state.SavedState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Publishes views row by row, so that whoever comes late or misses something is complete again
 * within one snapshot. Keyed by {@link ViewContents#view}.
 *
 * <p>Rows that are new or changed are sent at once, and so are those that left; but where contents
 * come faster than every {@code changeMillis}, as in a replay, those in between are passed over:
 * the last ones are sent when that time is over. The first contents of a view and then every {@code
 * snapshotMillis} of wall-clock time are a full snapshot: each row with the snapshot's id, then a
 * heartbeat, row {@link LiveChange#HEARTBEAT} with the view's name and data {@code {"rows": <number
 * of rows>}}. A change between two snapshots has the id of the one before it; so after a heartbeat
 * a row of the view with another id than the heartbeat's is one that left, whether or not that was
 * seen. At the end of a bounded input, a last snapshot is sent and everything is cleared.
 *
 * <p>A version is the larger of the last one plus 1 and the wall clock in 1/1024 ms. The last one
 * is state; where an older checkpoint is restored, the clock has moved on and versions still rise,
 * as long as no more than 1,024 rows a millisecond were sent, on average.
 *
 * <p><b>State</b>: the rows of the view, until they leave; of a view without rows only its last
 * version, until the first snapshot due at which the clock is past it; contents that wait. The rows
 * of the view that came last are in memory too. <b>Timers</b>: one of wall-clock time and one of
 * event time a view. <b>Order</b>: contents of an earlier event time than those that came last are
 * passed over. <b>Replay</b>: contents that come twice change nothing.
 */
public final class LiveViewFunction extends KeyedProcessFunction<String, ViewContents, LiveChange> {
  private static final long serialVersionUID = 1L;
  private static final MapStateDescriptor<String, String> ROWS =
      new MapStateDescriptor<>("view-rows", Types.STRING, Types.STRING);
  private static final ValueStateDescriptor<ViewContents> WAITING =
      new ValueStateDescriptor<>("waiting-contents", TypeInformation.of(ViewContents.class));
  private static final ValueStateDescriptor<ViewState> VIEW =
      new ValueStateDescriptor<>("view", TypeInformation.of(ViewState.class));

  /** The last watermark, which comes only at the end of a bounded input. */
  private static final long END_OF_INPUT = Long.MAX_VALUE;

  private final LiveViewSpec spec;
  private final String uid;

  private transient MapState<String, String> rows;
  private transient ValueState<ViewState> view;
  private transient ValueState<ViewContents> waiting;

  /** The view that came last, and its rows as they are in state; reading them is what costs. */
  private transient @Nullable String heldView;

  private transient SortedMap<String, String> held;

  /**
   * What is known of a view beside its rows.
   *
   * @param lastVersion the last version given
   * @param snapshotId id of the last snapshot
   * @param nextSnapshotAt wall-clock time at which the next one is due
   * @param at event time of the contents
   * @param nextChangeAt wall-clock time from which on the contents may change
   * @param waits whether contents wait for that
   */
  public record ViewState(
      long lastVersion,
      String snapshotId,
      long nextSnapshotAt,
      long at,
      long nextChangeAt,
      boolean waits) {
    private ViewState waiting() {
      return new ViewState(lastVersion, snapshotId, nextSnapshotAt, at, nextChangeAt, true);
    }
  }

  /** For an operator with that uid. */
  public LiveViewFunction(LiveViewSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    rows = SavedState.open(uid, ROWS.getName(), () -> getRuntimeContext().getMapState(ROWS));
    view = SavedState.open(uid, VIEW.getName(), () -> getRuntimeContext().getState(VIEW));
    waiting = SavedState.open(uid, WAITING.getName(), () -> getRuntimeContext().getState(WAITING));
    held = new TreeMap<>();
  }

  @Override
  public void processElement(ViewContents contents, Context context, Collector<LiveChange> out)
      throws Exception {
    ViewState before = view.value();
    if (before == null) {
      if (!contents.rows().isEmpty()) {
        put(byId(contents), rowsOf(contents.view()));
        context.timerService().registerEventTimeTimer(END_OF_INPUT);
        startSnapshots(contents, context.timerService(), out);
      }
      return;
    }
    if (contents.at() < latestAt(before)) {
      return;
    }
    long now = context.timerService().currentProcessingTime();
    long wait = before.nextChangeAt() - now;
    // It is longer than that only where the clock was set back.
    if (wait <= 0 || wait > spec.changeMillis()) {
      change(contents, before, context.timerService(), out);
      return;
    }
    waiting.update(contents);
    if (!before.waits()) {
      context.timerService().registerProcessingTimeTimer(before.nextChangeAt());
      view.update(before.waiting());
    }
  }

  /** Event time of the contents that came last, whether they were sent or wait. */
  private long latestAt(ViewState before) throws Exception {
    return before.waits() ? waiting.value().at() : before.at();
  }

  /** Sends how the contents differ from those before. */
  private ViewState change(
      ViewContents contents, ViewState before, TimerService timers, Collector<LiveChange> out)
      throws Exception {
    if (before.waits()) {
      waiting.clear();
      // Both times may be the same, and then the timer is the snapshot's too.
      if (before.nextChangeAt() != before.nextSnapshotAt()) {
        timers.deleteProcessingTimeTimer(before.nextChangeAt());
      }
    }
    long now = timers.currentProcessingTime();
    long version = before.lastVersion();
    Map<String, String> known = rowsOf(contents.view());
    Map<String, String> changed = byId(contents);
    List<String> gone = known.keySet().stream().filter(row -> !changed.containsKey(row)).toList();
    changed.entrySet().removeIf(row -> row.getValue().equals(known.get(row.getKey())));
    put(changed, known);
    for (Map.Entry<String, String> row : changed.entrySet()) {
      version = LiveViewSpec.nextVersion(version, now);
      out.collect(
          new LiveChange(
              contents.view(),
              row.getKey(),
              version,
              before.snapshotId(),
              contents.at(),
              row.getValue()));
    }
    for (String row : gone) {
      rows.remove(row);
      known.remove(row);
      version = LiveViewSpec.nextVersion(version, now);
      out.collect(
          new LiveChange(contents.view(), row, version, before.snapshotId(), contents.at(), null));
    }
    ViewState after =
        new ViewState(
            version,
            before.snapshotId(),
            before.nextSnapshotAt(),
            contents.at(),
            now + spec.changeMillis(),
            false);
    view.update(after);
    return after;
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<LiveChange> out)
      throws Exception {
    ViewState state = view.value();
    if (state == null) {
      // Up to 0.3.0, a snapshot that was due when the input ended left its timer to savepoints.
      return;
    }
    String name = context.getCurrentKey();
    TimerService timers = context.timerService();
    boolean ends = time == END_OF_INPUT;
    if (state.waits() && (ends || time == state.nextChangeAt())) {
      state = change(waiting.value(), state, timers, out);
    }
    if (!ends && time != state.nextSnapshotAt()) {
      return;
    }
    boolean forgotten =
        rows.isEmpty()
            && !state.waits()
            && (ends
                || LiveViewSpec.clockVersion(timers.currentProcessingTime()) > state.lastVersion());
    if (forgotten) {
      long version = LiveViewSpec.nextVersion(state.lastVersion(), timers.currentProcessingTime());
      out.collect(
          new LiveChange(
              LiveChange.HEARTBEAT, name, version, state.snapshotId(), state.at(), null));
    } else {
      state = snapshot(name, state, timers, out);
    }
    if (forgotten || ends) {
      rows.clear();
      heldView = null;
      view.clear();
      timers.deleteProcessingTimeTimer(state.nextSnapshotAt());
      timers.deleteEventTimeTimer(END_OF_INPUT);
    }
  }

  private void startSnapshots(ViewContents contents, TimerService timers, Collector<LiveChange> out)
      throws Exception {
    long nextChangeAt = timers.currentProcessingTime() + spec.changeMillis();
    snapshot(
        contents.view(), new ViewState(0, "", 0, contents.at(), nextChangeAt, false), timers, out);
  }

  /** Sends every row and a heartbeat, and sets the timer of the next snapshot. */
  private ViewState snapshot(
      String name, ViewState before, TimerService timers, Collector<LiveChange> out)
      throws Exception {
    long now = timers.currentProcessingTime();
    long version = LiveViewSpec.nextVersion(before.lastVersion(), now);
    String snapshotId = String.valueOf(version);
    Map<String, String> all = rowsOf(name);
    for (Map.Entry<String, String> row : all.entrySet()) {
      out.collect(
          new LiveChange(name, row.getKey(), version, snapshotId, before.at(), row.getValue()));
      version++;
    }
    String heartbeat = "{\"rows\":" + all.size() + "}";
    out.collect(
        new LiveChange(LiveChange.HEARTBEAT, name, version, snapshotId, before.at(), heartbeat));
    // It is still there where the input ends, even if it was due: a busy task fires it later.
    timers.deleteProcessingTimeTimer(before.nextSnapshotAt());
    ViewState after =
        new ViewState(
            version,
            snapshotId,
            now + spec.snapshotMillis(),
            before.at(),
            before.nextChangeAt(),
            before.waits());
    timers.registerProcessingTimeTimer(after.nextSnapshotAt());
    view.update(after);
    return after;
  }

  private static Map<String, String> byId(ViewContents contents) {
    Map<String, String> rows = new LinkedHashMap<>();
    contents.rows().forEach(row -> rows.put(row.id(), row.data()));
    return rows;
  }

  private void put(Map<String, String> changed, Map<String, String> known) throws Exception {
    rows.putAll(changed);
    known.putAll(changed);
  }

  /** The rows of a view, whose key is the current one, in order; they change with the state. */
  private SortedMap<String, String> rowsOf(String name) throws Exception {
    if (!name.equals(heldView)) {
      heldView = name;
      held.clear();
      for (Map.Entry<String, String> row : rows.entries()) {
        held.put(row.getKey(), row.getValue());
      }
    }
    return held;
  }
}
