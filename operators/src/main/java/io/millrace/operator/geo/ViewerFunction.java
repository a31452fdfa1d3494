package io.millrace.operator.geo;

import io.millrace.operator.geo.NearbyAnswer.Neighbour;
import io.millrace.operator.order.WaitingEvents;
import io.millrace.operator.sketch.Utf8Order;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Keeps what each viewer may see now, and answers who is near. Keyed by viewer. What was delivered
 * by a grant that ends is seen no longer, also where another grant of the pair goes on: that one
 * shows the next position.
 *
 * <p><b>State</b>: a position for each owner, until its grant ends; what waits for the watermark.
 * <b>Timers</b>: one for each time that waits, and one for the map. <b>Order</b>: not sensitive in
 * event time.
 */
public final class ViewerFunction extends KeyedProcessFunction<String, ViewerInput, NearbyAnswer> {
  /** What of a viewer's map has changed: the newest position of an owner, or that it is gone. */
  public static final OutputTag<ViewerEvent> CHANGED =
      new OutputTag<>("changed", TypeInformation.of(ViewerEvent.class));

  /** Maps, up to four a second of a viewer. */
  public static final OutputTag<ViewerMap> MAPS =
      new OutputTag<>("maps", TypeInformation.of(ViewerMap.class));

  /** Questions that came behind the watermark, and the watermark. */
  public static final OutputTag<Tuple2<NearbyRequest, Long>> LATE =
      new OutputTag<>(
          "late", new TupleTypeInfo<>(TypeInformation.of(NearbyRequest.class), Types.LONG));

  private static final long serialVersionUID = 1L;
  private static final long MAP_MILLIS = 250;
  private static final long END_OF_INPUT = Long.MAX_VALUE;
  private static final ValueStateDescriptor<Long> CHANGED_AT =
      new ValueStateDescriptor<>("changed-at", Types.LONG);
  static final Comparator<Neighbour> NEAREST =
      Comparator.comparingDouble(Neighbour::distanceMeters)
          .thenComparing(Neighbour::ownerId, Utf8Order.INSTANCE);

  private final ShareSpec spec;

  private transient SeenOwners seen;

  /** The latest change that no map has shown. */
  private transient ValueState<Long> changedAt;

  private transient WaitingEvents<ViewerInput> waiting;

  /** For positions that are shared so. */
  public ViewerFunction(ShareSpec spec) {
    this.spec = spec;
  }

  @Override
  public void open(OpenContext context) {
    seen = new SeenOwners(getRuntimeContext());
    changedAt = getRuntimeContext().getState(CHANGED_AT);
    waiting =
        WaitingEvents.open(getRuntimeContext(), "waiting", TypeInformation.of(ViewerInput.class));
  }

  @Override
  public void processElement(ViewerInput input, Context context, Collector<NearbyAnswer> out)
      throws Exception {
    long watermark = context.timerService().currentWatermark();
    if (spec.inEventTime() && input.at() > watermark) {
      waiting.add(input.at(), input, context.timerService());
    } else if (spec.inEventTime() && input.request() != null) {
      context.output(LATE, Tuple2.of(input.request(), watermark));
    } else {
      apply(input, context, out);
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<NearbyAnswer> out)
      throws Exception {
    if (context.timeDomain() == TimeDomain.PROCESSING_TIME || time == END_OF_INPUT) {
      show(context);
      return;
    }
    List<ViewerInput> due = new ArrayList<>(waiting.take(time));
    due.sort(ViewerInput.ORDER);
    for (ViewerInput input : due) {
      apply(input, context, out);
    }
  }

  private void apply(ViewerInput input, Context context, Collector<NearbyAnswer> out)
      throws Exception {
    ViewerEvent event = input.event();
    if (event != null) {
      learn(event, context);
    }
    if (input.request() != null) {
      out.collect(answer(input.request()));
    }
  }

  private void learn(ViewerEvent event, Context context) throws Exception {
    ViewerEvent known = seen.get(event.ownerId());
    if (event.spot() != null) {
      if (known != null && known.at() > event.at()) {
        return;
      }
      seen.put(event);
    } else if (known != null && known.grantId().equals(event.grantId())) {
      seen.remove(event.ownerId());
    } else {
      return;
    }
    context.output(CHANGED, event);
    Long before = changedAt.value();
    changedAt.update(before == null ? event.toldAt() : Math.max(before, event.toldAt()));
    if (before == null) {
      if (spec.byClock()) {
        long now = context.timerService().currentProcessingTime();
        context.timerService().registerProcessingTimeTimer(now + MAP_MILLIS);
      } else {
        context.timerService().registerEventTimeTimer(END_OF_INPUT);
      }
    }
  }

  private NearbyAnswer answer(NearbyRequest request) throws Exception {
    List<Neighbour> found = new ArrayList<>();
    for (ViewerEvent event : seen.all()) {
      Spot spot = event.spot();
      if (spot == null || request.at() >= event.expiresAt()) {
        continue;
      }
      double meters =
          Sphere.distanceMeters(
              request.latitude(), request.longitude(), spot.latitude(), spot.longitude());
      if (meters <= request.radiusMeters() + Fence.MICROMETRE) {
        found.add(new Neighbour(event.ownerId(), meters, event.at()));
      }
    }
    found.sort(NEAREST);
    return new NearbyAnswer(request, found);
  }

  private void show(OnTimerContext context) throws Exception {
    Long at = changedAt.value();
    if (at == null) {
      return;
    }
    List<ViewerEvent> now = new ArrayList<>();
    for (ViewerEvent event : seen.all()) {
      if (event.expiresAt() > at) {
        now.add(event);
      }
    }
    context.output(MAPS, new ViewerMap(context.getCurrentKey(), at, now));
    changedAt.clear();
  }
}
