package io.millrace.job.bench;

import com.uber.h3core.H3Core;
import com.uber.h3core.LengthUnit;
import io.millrace.operator.geo.Fence;
import io.millrace.operator.geo.Grant;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.Position;
import io.millrace.operator.geo.Spot;
import io.millrace.operator.geo.ViewerEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Fan-out as it is written first: an owner's grants are a map in state, which every position goes
 * through. A position's cell in the H3 grid is looked up once; circles and outlines of grants are
 * compared exactly only where the cell is one that they may reach into. In event time, what happens
 * waits in a map by its time, with a timer for each.
 */
final class MapStateFanout extends KeyedProcessFunction<String, OwnerEvent, ViewerEvent> {
  private static final long serialVersionUID = 1L;
  private static final int RESOLUTION = 7;

  private final double maxSpeed;
  private final boolean inEventTime;

  private transient MapState<String, Covered> grants;
  private transient ValueState<Position> newest;
  private transient MapState<Long, List<OwnerEvent>> waiting;
  private transient H3Core grid;

  /**
   * A grant.
   *
   * @param grant its terms
   * @param cells the cells that a circle may reach into; none where there is no circle
   */
  public record Covered(Grant grant, List<Long> cells) {}

  MapStateFanout(double maxSpeed, boolean inEventTime) {
    this.maxSpeed = maxSpeed;
    this.inEventTime = inEventTime;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    grants =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "grants", Types.STRING, TypeInformation.of(Covered.class)));
    newest =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("newest", TypeInformation.of(Position.class)));
    waiting =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "waiting", Types.LONG, Types.LIST(TypeInformation.of(OwnerEvent.class))));
    grid = H3Core.newInstance();
  }

  @Override
  public void processElement(OwnerEvent event, Context context, Collector<ViewerEvent> out)
      throws Exception {
    if (!inEventTime) {
      apply(event, context, out);
      return;
    }
    List<OwnerEvent> together = waiting.get(event.at());
    List<OwnerEvent> more = together == null ? new ArrayList<>() : new ArrayList<>(together);
    more.add(event);
    waiting.put(event.at(), more);
    context.timerService().registerEventTimeTimer(event.at());
  }

  private void apply(OwnerEvent event, Context context, Collector<ViewerEvent> out)
      throws Exception {
    Grant grant = event.grant();
    Position position = event.position();
    if (grant != null && event.kind() == OwnerEvent.Kind.GRANT) {
      grants.put(grant.grantId(), new Covered(grant, cells(grant.fence())));
      if (grant.expiresAt() != Grant.NEVER) {
        context.timerService().registerEventTimeTimer(grant.expiresAt());
      }
    } else if (grant != null) {
      grants.remove(grant.grantId());
    } else if (position != null) {
      Position before = newest.value();
      if (position.after(before, maxSpeed) == Position.Fate.NEWEST) {
        newest.update(position);
        tell(event.ownerId(), position, out);
      }
    }
  }

  private void tell(String ownerId, Position position, Collector<ViewerEvent> out)
      throws Exception {
    long cell = grid.latLngToCell(position.latitude(), position.longitude(), RESOLUTION);
    Map<String, Grant> finest = new HashMap<>();
    for (Covered each : grants.values()) {
      if (admits(each, position, cell)) {
        finest.merge(each.grant().viewerId(), each.grant(), MapStateFanout::finer);
      }
    }
    for (Grant grant : finest.values()) {
      out.collect(
          new ViewerEvent(
              grant.viewerId(),
              ownerId,
              grant.grantId(),
              position.at(),
              position.at(),
              grant.expiresAt(),
              Spot.reduced(
                  position.latitude(),
                  position.longitude(),
                  position.accuracyMeters(),
                  grant.precisionMeters())));
    }
  }

  private static boolean admits(Covered each, Position position, long cell) {
    Fence fence = each.grant().fence();
    if (fence == null || each.cells().isEmpty() || each.cells().contains(cell)) {
      return each.grant().admits(position);
    }
    return fence.outside()
        && position.at() >= each.grant().at()
        && position.at() < each.grant().expiresAt();
  }

  private static Grant finer(Grant one, Grant other) {
    return other.precisionMeters() < one.precisionMeters() ? other : one;
  }

  /** The disk of cells around a circle: each ring reaches further than a cell's edge is long. */
  private List<Long> cells(@Nullable Fence fence) {
    if (fence == null || !fence.rings().isEmpty()) {
      return List.of();
    }
    double edge = grid.getHexagonEdgeLengthAvg(RESOLUTION, LengthUnit.m);
    int rings = (int) Math.ceil(fence.radiusMeters() / edge);
    return grid.gridDisk(grid.latLngToCell(fence.latitude(), fence.longitude(), RESOLUTION), rings);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<ViewerEvent> out)
      throws Exception {
    List<String> ended = new ArrayList<>();
    for (Covered each : grants.values()) {
      if (each.grant().expiresAt() <= time) {
        ended.add(each.grant().grantId());
      }
    }
    for (String grantId : ended) {
      grants.remove(grantId);
    }
    List<OwnerEvent> due = inEventTime ? waiting.get(time) : null;
    if (due != null) {
      waiting.remove(time);
      for (OwnerEvent event : due) {
        apply(event, context, out);
      }
    }
  }
}
