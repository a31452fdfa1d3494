package io.millrace.operator.reconcile;

import io.millrace.operator.state.SavedState;
import java.util.LinkedHashSet;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Sends a decision to the key that all it names is kept under, once it is known where that is; a
 * decision that comes again is passed over. Keyed by {@link Resolution#resolutionId}.
 *
 * <p><b>State</b>: what was named, until the decision's time has passed by the retention.
 * <b>Timers</b>: one of event time.
 */
final class CollectFunction extends KeyedProcessFunction<String, Located, Routed> {
  static final OutputTag<ResolutionOutcome> REFUSED =
      new OutputTag<>("refused", TypeInformation.of(ResolutionOutcome.class));

  private static final long serialVersionUID = 1L;
  private static final MapStateDescriptor<String, Long> NAMED =
      new MapStateDescriptor<>("named", Types.STRING, Types.LONG);
  private static final MapStateDescriptor<String, Boolean> UNKNOWN =
      new MapStateDescriptor<>("unknown", Types.STRING, Types.BOOLEAN);

  private final ReconcileSpec spec;
  private final String uid;

  private transient MapState<String, Long> named;
  private transient MapState<String, Boolean> unknown;

  CollectFunction(ReconcileSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    named = SavedState.open(uid, NAMED.getName(), () -> getRuntimeContext().getMapState(NAMED));
    unknown =
        SavedState.open(uid, UNKNOWN.getName(), () -> getRuntimeContext().getMapState(UNKNOWN));
  }

  @Override
  public void processElement(Located located, Context context, Collector<Routed> out)
      throws Exception {
    if (named.contains(located.name()) || unknown.contains(located.name())) {
      return;
    }
    Resolution resolution = located.resolution();
    if (located.keys().isEmpty()) {
      unknown.put(located.name(), true);
    } else {
      named.put(located.name(), located.keys().get(0));
    }
    context.timerService().registerEventTimeTimer(resolution.at() + spec.retentionMillis());
    int count = 0;
    for (String unused : named.keys()) {
      count++;
    }
    String missing = "";
    for (String name : unknown.keys()) {
      missing = missing.isEmpty() || name.compareTo(missing) < 0 ? name : missing;
      count++;
    }
    if (count < Math.max(1, new LinkedHashSet<>(resolution.entryIds()).size())) {
      return;
    }
    if (!missing.isEmpty()) {
      refuse(resolution, missing + " is not known", context);
    } else {
      // Entries of several references are together only where leftovers are: the first says where.
      out.collect(new Routed(firstKey(resolution), Waiting.of(resolution), null));
    }
  }

  private long firstKey(Resolution resolution) throws Exception {
    return named.get(
        resolution.entryIds().isEmpty() ? resolution.matchId() : resolution.entryIds().get(0));
  }

  private static void refuse(Resolution resolution, String why, Context context) {
    context.output(REFUSED, new ResolutionOutcome(resolution, why));
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Routed> out) {
    named.clear();
    unknown.clear();
  }
}
