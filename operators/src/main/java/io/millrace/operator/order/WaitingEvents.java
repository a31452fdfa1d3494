package io.millrace.operator.order;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;

/**
 * Events of a key that wait for the watermark to pass their times, in keyed state. Whoever keeps
 * them takes those of a time when its timer fires.
 *
 * <p><b>State</b>: the events, until they are taken. <b>Timers</b>: one for each time.
 */
public final class WaitingEvents<T> {
  private final MapState<Long, List<T>> state;

  private WaitingEvents(MapState<Long, List<T>> state) {
    this.state = state;
  }

  /**
   * Opens them.
   *
   * @param name of the state, unique in the operator
   */
  public static <T> WaitingEvents<T> open(
      RuntimeContext context, String name, TypeInformation<T> type) {
    return new WaitingEvents<>(
        context.getMapState(new MapStateDescriptor<>(name, Types.LONG, Types.LIST(type))));
  }

  /** Keeps an event, and sets the timer of its time. */
  public void add(long at, T event, TimerService timers) throws Exception {
    List<T> same = state.get(at);
    List<T> changed = same == null ? new ArrayList<>() : new ArrayList<>(same);
    changed.add(event);
    state.put(at, changed);
    timers.registerEventTimeTimer(at);
  }

  /** Whether none waits. */
  public boolean isEmpty() throws Exception {
    return state.isEmpty();
  }

  /** Takes the events of a time, in the order in which they came. */
  public List<T> take(long at) throws Exception {
    List<T> taken = state.get(at);
    if (taken == null) {
      return List.of();
    }
    state.remove(at);
    return taken;
  }
}
