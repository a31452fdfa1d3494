package io.millrace.operator.geo;

import io.millrace.operator.order.WaitingEvents;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Puts what happens to an owner in order, and tells the viewers of the owner's first page; what the
 * viewers of other pages have to know goes to these. Keyed by owner. In event time, events wait
 * until the watermark passes them; else they are applied as they come, and a revoke ends its grant
 * at once whatever its time. A revoke that is late ends its grant at once too; anything else that
 * is late goes to {@link #LATE}.
 *
 * <p><b>State</b>: see {@link OwnerState}, {@link OwnerGrants}, {@link OwnerPlaces} and {@link
 * WaitingEvents}; an owner without grants and places is forgotten a day after the last position;
 * and at the end of a bounded input its largest time. <b>Timers</b>: theirs, and one more.
 * <b>Order</b>: not sensitive in event time.
 */
public final class OwnerFunction extends KeyedProcessFunction<String, OwnerEvent, ViewerEvent>
    implements CheckpointedFunction {
  private static final TypeInformation<OwnerEvent> EVENT = TypeInformation.of(OwnerEvent.class);

  /** What happens to the pages of viewers after the first, for {@link AudienceFunction}. */
  public static final OutputTag<ShareStep> PAGES =
      new OutputTag<>("pages", TypeInformation.of(ShareStep.class));

  /** Positions that nobody can have moved to. */
  public static final OutputTag<OwnerEvent> IMPOSSIBLE = new OutputTag<>("impossible", EVENT);

  /** Positions that were the newest. */
  public static final OutputTag<OwnerEvent> ACCEPTED = new OutputTag<>("accepted", EVENT);

  /** Events that came behind the watermark, and the watermark. */
  public static final OutputTag<Tuple2<OwnerEvent, Long>> LATE =
      new OutputTag<>("late", new TupleTypeInfo<>(EVENT, Types.LONG));

  /** What happened at places. */
  public static final OutputTag<PlaceEvent> AT_PLACES =
      new OutputTag<>("at-places", TypeInformation.of(PlaceEvent.class));

  private static final long serialVersionUID = 1L;
  private static final long RESTING_MILLIS = 10_000;
  private static final ValueStateDescriptor<OwnerState> OWNER =
      new ValueStateDescriptor<>("owner", TypeInformation.of(OwnerState.class));
  private static final ValueStateDescriptor<GrantPage> FIRST_PAGE =
      new ValueStateDescriptor<>("first-page", TypeInformation.of(GrantPage.class));

  private static final ListStateDescriptor<Long> END = new ListStateDescriptor<>("end", Types.LONG);

  private final ShareSpec spec;

  // Flink initializes the state before it opens the function.
  @SuppressWarnings("NullAway.Init")
  private transient ListState<Long> savedEnd;

  /** The largest time of a bounded input, once it has ended. */
  private transient long endAt;

  private transient ValueState<OwnerState> owners;
  private transient ValueState<GrantPage> firstPages;
  private transient OwnerGrants grants;
  private transient OwnerPlaces places;
  private transient WaitingEvents<OwnerEvent> waiting;
  private transient long seenWatermark;
  private transient long movedAt;
  private transient Counter older;
  private transient Counter duplicates;

  /** Shares positions so. */
  public OwnerFunction(ShareSpec spec) {
    this.spec = spec;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    endAt = Long.MIN_VALUE;
    // Each task needs its own again: who told it may have ended.
    savedEnd = context.getOperatorStateStore().getListState(END);
    for (Long each : savedEnd.get()) {
      endAt = Math.max(endAt, each);
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    savedEnd.update(endAt == Long.MIN_VALUE ? List.of() : List.of(endAt));
  }

  @Override
  public void open(OpenContext context) {
    owners = getRuntimeContext().getState(OWNER);
    firstPages = getRuntimeContext().getState(FIRST_PAGE);
    grants = new OwnerGrants(getRuntimeContext(), spec.byClock());
    places = new OwnerPlaces(getRuntimeContext());
    waiting = WaitingEvents.open(getRuntimeContext(), "waiting", EVENT);
    seenWatermark = Long.MIN_VALUE;
    movedAt = Long.MIN_VALUE;
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    older = metrics.counter("numOlderPositions");
    duplicates = metrics.counter("numDuplicatePositions");
  }

  @Override
  public void processElement(OwnerEvent event, Context context, Collector<ViewerEvent> out)
      throws Exception {
    long watermark = context.timerService().currentWatermark();
    if (event.isTimeAlone()) {
      endAt = Math.max(endAt, event.at());
    } else if (spec.inEventTime() && event.at() > watermark) {
      waiting.add(event.at(), event, context.timerService());
    } else if (spec.inEventTime() && event.kind() != OwnerEvent.Kind.REVOKE) {
      context.output(LATE, Tuple2.of(event, watermark));
    } else {
      store(apply(event, owner(), context, out));
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<ViewerEvent> out)
      throws Exception {
    TimerService timers = context.timerService();
    OwnerState owner = owner();
    if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
      onClock(time, owner, context, out);
      return;
    }
    if (!isBeyondTheInput(time, owner, timers)) {
      owner = expire(time, owner, context, out);
      if (owner.places() > 0) {
        places.dwell(context.getCurrentKey(), time, event -> context.output(AT_PLACES, event));
      }
    }
    List<OwnerEvent> due = new ArrayList<>(waiting.take(time));
    due.sort(OwnerEvent.ORDER);
    for (OwnerEvent event : due) {
      owner = apply(event, owner, context, out);
    }
    owner = release(time, owner, context, out);
    grants.forgetRevokes(time);
    store(forget(time, owner, timers));
  }

  /**
   * What is due by the clock, where nothing comes that would make it due. In event time that is so
   * once the watermark rests and nothing waits for it; while it moves, the job is only behind.
   */
  private void onClock(
      long time, OwnerState owner, OnTimerContext context, Collector<ViewerEvent> out)
      throws Exception {
    OwnerState changed = owner;
    if (!spec.inEventTime()) {
      changed = expire(time, changed, context, out);
    } else if (rests(context.timerService()) && waiting.isEmpty()) {
      for (long due : grants.expiringUntil(time)) {
        changed = expire(due, changed, context, out);
      }
    } else {
      context.timerService().registerProcessingTimeTimer(time + RESTING_MILLIS);
      return;
    }
    store(release(time, changed, context, out));
  }

  /** Whether the watermark has not moved for so long that nothing seems to come. */
  private boolean rests(TimerService timers) {
    long now = timers.currentProcessingTime();
    if (timers.currentWatermark() != seenWatermark || movedAt == Long.MIN_VALUE) {
      seenWatermark = timers.currentWatermark();
      movedAt = now;
    }
    return now - movedAt >= RESTING_MILLIS;
  }

  /** Whether the input has ended before that time, and nothing of this owner waits. */
  private boolean isBeyondTheInput(long time, OwnerState owner, TimerService timers)
      throws Exception {
    return timers.currentWatermark() == Long.MAX_VALUE
        && time > endAt
        && owner.held() == null
        && (owner.newest() == null || time > owner.newest().at())
        && waiting.isEmpty();
  }

  private OwnerState apply(
      OwnerEvent event, OwnerState owner, Context context, Collector<ViewerEvent> out)
      throws Exception {
    return switch (event.kind()) {
      case GRANT -> give(event, owner, context, out);
      case REVOKE -> revoke(event, owner, context, out);
      case PLACE -> watch(event, owner, context.timerService());
      case POSITION -> locate(event, owner, context, out);
    };
  }

  private OwnerState give(
      OwnerEvent event, OwnerState owner, Context context, Collector<ViewerEvent> out)
      throws Exception {
    Grant grant = event.grant();
    if (grant == null || grants.isRevoked(grant)) {
      return owner;
    }
    OwnerGrants.Given known = grants.find(grant.grantId());
    if (known != null && known.at() > grant.at()) {
      return owner;
    }
    OwnerState changed =
        known == null
            ? owner
            : end(event.ownerId(), grant.grantId(), known, event.at(), owner, context, out);
    if (grant.expiresAt() <= grant.at()) {
      return changed;
    }
    changed = grants.add(grant, changed, context.timerService());
    OwnerGrants.Given given = grants.find(grant.grantId());
    if (given != null) {
      pass(
          new ShareStep(event.ownerId(), given.page(), event.at(), grant, null, null),
          context,
          out);
    }
    return changed;
  }

  private OwnerState watch(OwnerEvent event, OwnerState owner, TimerService timers)
      throws Exception {
    return event.place() == null
        ? owner
        : owner.withPlaces(owner.places() + places.put(event.place(), timers));
  }

  private OwnerState revoke(
      OwnerEvent event, OwnerState owner, Context context, Collector<ViewerEvent> out)
      throws Exception {
    grants.remember(event.id(), event.at(), context.timerService());
    OwnerGrants.Given known = grants.find(event.id());
    return known == null || known.at() > event.at()
        ? owner
        : end(event.ownerId(), event.id(), known, event.at(), owner, context, out);
  }

  private OwnerState end(
      String ownerId,
      String grantId,
      OwnerGrants.Given given,
      long at,
      OwnerState owner,
      Context context,
      Collector<ViewerEvent> out)
      throws Exception {
    pass(new ShareStep(ownerId, given.page(), at, null, grantId, null), context, out);
    return grants.remove(grantId, given, owner);
  }

  private OwnerState expire(
      long time, OwnerState owner, OnTimerContext context, Collector<ViewerEvent> out)
      throws Exception {
    OwnerState changed = owner;
    for (String grantId : grants.takeExpiring(time)) {
      OwnerGrants.Given given = grants.find(grantId);
      if (given != null) {
        changed = end(context.getCurrentKey(), grantId, given, time, changed, context, out);
      }
    }
    return changed;
  }

  private OwnerState locate(
      OwnerEvent event, OwnerState owner, Context context, Collector<ViewerEvent> out)
      throws Exception {
    Position position = event.position();
    if (position == null) {
      return owner;
    }
    boolean isForgotten =
        !spec.inEventTime()
            && position.at() + ShareSpec.KEPT_MILLIS <= context.timerService().currentWatermark();
    if (isForgotten) {
      older.inc();
      return owner;
    }
    switch (position.after(owner.newest(), spec.maxSpeed())) {
      case OLDER -> older.inc();
      case DUPLICATE -> duplicates.inc();
      case IMPOSSIBLE -> context.output(IMPOSSIBLE, event);
      case NEWEST -> {
        context.output(ACCEPTED, event);
        if (owner.places() > 0) {
          places.visit(
              event.ownerId(),
              position,
              context.timerService(),
              moment -> context.output(AT_PLACES, moment));
        }
        return accept(event.ownerId(), position, owner, context, out);
      }
    }
    return owner;
  }

  private OwnerState accept(
      String ownerId,
      Position position,
      OwnerState owner,
      Context context,
      Collector<ViewerEvent> out)
      throws Exception {
    TimerService timers = context.timerService();
    long forgetsAt = owner.forgetsAt();
    if (forgetsAt == 0) {
      forgetsAt = position.at() + ShareSpec.KEPT_MILLIS;
      timers.registerEventTimeTimer(forgetsAt);
    }
    OwnerState changed = owner.withNewest(position, forgetsAt);
    if (position.at() < owner.quietUntil()) {
      return changed.withHeld(position, owner.quietUntil());
    }
    pass(ownerId, position, position.at(), changed, context, out);
    return quiet(position.at(), changed, timers);
  }

  /** Passes a position on that has waited for that time. */
  private OwnerState release(
      long time, OwnerState owner, OnTimerContext context, Collector<ViewerEvent> out)
      throws Exception {
    Position held = owner.held();
    if (held == null || time < owner.quietUntil()) {
      return owner;
    }
    pass(context.getCurrentKey(), held, owner.quietUntil(), owner, context, out);
    return quiet(owner.quietUntil(), owner, context.timerService());
  }

  private void pass(
      String ownerId,
      Position position,
      long at,
      OwnerState owner,
      Context context,
      Collector<ViewerEvent> out)
      throws Exception {
    for (int page = 0; page < owner.pages().size(); page++) {
      if (owner.pages().get(page) > 0) {
        pass(new ShareStep(ownerId, page, at, null, null, position), context, out);
      }
    }
  }

  /** What happens to the first page happens here; the others are elsewhere. */
  private void pass(ShareStep step, Context context, Collector<ViewerEvent> out) throws Exception {
    if (step.page() == 0) {
      AudienceFunction.take(step, firstPages, out);
    } else {
      context.output(PAGES, step);
    }
  }

  private OwnerState quiet(long from, OwnerState owner, TimerService timers) {
    if (spec.coalesceMillis() == 0) {
      return owner;
    }
    long until = from + spec.coalesceMillis();
    timers.registerEventTimeTimer(until);
    if (spec.byClock()) {
      timers.registerProcessingTimeTimer(until);
    }
    return owner.withHeld(null, until);
  }

  private static OwnerState forget(long time, OwnerState owner, TimerService timers) {
    if (owner.forgetsAt() == 0 || time < owner.forgetsAt()) {
      return owner;
    }
    Position newest = owner.newest();
    if (newest == null || newest.at() + ShareSpec.KEPT_MILLIS <= time) {
      return owner.withNewest(null, 0);
    }
    long next = newest.at() + ShareSpec.KEPT_MILLIS;
    timers.registerEventTimeTimer(next);
    return owner.withNewest(newest, next);
  }

  private OwnerState owner() throws Exception {
    OwnerState owner = owners.value();
    return owner == null ? OwnerState.NONE : owner;
  }

  private void store(OwnerState owner) throws Exception {
    if (owner.isEmpty()) {
      owners.clear();
    } else {
      owners.update(owner);
    }
  }
}
