package io.millrace.operator.order;

import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.TimerService;

/**
 * Events of a key that wait for the watermark to pass their times, in keyed state. Whoever keeps
 * them takes those of a time when its timer fires.
 *
 * <p><b>State</b>: the events, until they are taken. <b>Timers</b>: one for each time.
 */
public final class WaitingEvents<T> {
  private final TimedLists<T> events;

  private WaitingEvents(TimedLists<T> events) {
    this.events = events;
  }

  /**
   * Opens them.
   *
   * @param name of the state, unique in the operator
   */
  public static <T> WaitingEvents<T> open(
      RuntimeContext context, String name, TypeInformation<T> type) {
    return new WaitingEvents<>(TimedLists.open(context, name, type));
  }

  /** Keeps an event, and sets the timer of its time. */
  public void add(long at, T event, TimerService timers) throws Exception {
    events.add(at, event);
    timers.registerEventTimeTimer(at);
  }

  /** Whether none waits. */
  public boolean isEmpty() throws Exception {
    return events.isEmpty();
  }

  /** Takes the events of a time, in the order in which they came. */
  public List<T> take(long at) throws Exception {
    return events.take(at);
  }
}
