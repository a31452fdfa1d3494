package io.millrace.operator.geo;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;

/**
 * What a viewer sees of each owner. Keyed by viewer. The first few owners are one value, so that
 * most viewers are read and written as a whole; others are a map beside it.
 *
 * <p><b>State</b>: the newest news of each owner, until it is removed. <b>Time</b>: O({@value
 * #FEW}) for a change.
 */
public final class SeenOwners {
  static final int FEW = 32;

  private final ValueState<Seen> few;
  private final MapState<String, ViewerEvent> others;

  /**
   * A few owners.
   *
   * @param events the newest of each, one for each owner
   * @param others how many owners are in the map
   */
  public record Seen(List<ViewerEvent> events, long others) {
    private static final Seen NONE = new Seen(List.of(), 0);

    private int find(String ownerId) {
      for (int i = 0; i < events.size(); i++) {
        if (events.get(i).ownerId().equals(ownerId)) {
          return i;
        }
      }
      return -1;
    }
  }

  SeenOwners(RuntimeContext context) {
    TypeInformation<ViewerEvent> type = TypeInformation.of(ViewerEvent.class);
    few = context.getState(new ValueStateDescriptor<>("seen-few", TypeInformation.of(Seen.class)));
    others = context.getMapState(new MapStateDescriptor<>("seen", Types.STRING, type));
  }

  private Seen seen() throws Exception {
    Seen seen = few.value();
    return seen == null ? Seen.NONE : seen;
  }

  /** The news of an owner; null where nothing is seen. */
  @Nullable ViewerEvent get(String ownerId) throws Exception {
    Seen seen = seen();
    int at = seen.find(ownerId);
    if (at >= 0) {
      return seen.events().get(at);
    }
    return seen.others() == 0 ? null : others.get(ownerId);
  }

  void put(ViewerEvent event) throws Exception {
    Seen seen = seen();
    int at = seen.find(event.ownerId());
    if (at < 0 && (seen.others() > 0 || seen.events().size() >= FEW)) {
      if (!others.contains(event.ownerId())) {
        few.update(new Seen(seen.events(), seen.others() + 1));
      }
      others.put(event.ownerId(), event);
      return;
    }
    List<ViewerEvent> events = new ArrayList<>(seen.events());
    if (at < 0) {
      events.add(event);
    } else {
      events.set(at, event);
    }
    few.update(new Seen(events, seen.others()));
  }

  /** Removes an owner that there is. */
  void remove(String ownerId) throws Exception {
    Seen seen = seen();
    int at = seen.find(ownerId);
    List<ViewerEvent> events = seen.events();
    long left = seen.others();
    if (at >= 0) {
      events = new ArrayList<>(events);
      events.remove(at);
    } else {
      others.remove(ownerId);
      left--;
    }
    if (events.isEmpty() && left == 0) {
      few.clear();
    } else {
      few.update(new Seen(events, left));
    }
  }

  /** The news of all owners, in no order. */
  List<ViewerEvent> all() throws Exception {
    Seen seen = seen();
    List<ViewerEvent> all = new ArrayList<>(seen.events());
    if (seen.others() > 0) {
      others.values().forEach(all::add);
    }
    return all;
  }
}
