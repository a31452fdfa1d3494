package io.millrace.operator.geo;

import io.millrace.operator.geo.PlaceEvent.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;

/**
 * The places that an owner watches. Keyed by owner.
 *
 * <p><b>State</b>: the places, until they are deleted. <b>Timers</b>: one for each dwell that is
 * due.
 */
final class OwnerPlaces {
  private final MapState<String, Visit> visits;

  OwnerPlaces(RuntimeContext context) {
    visits =
        context.getMapState(
            new MapStateDescriptor<>("visits", Types.STRING, TypeInformation.of(Visit.class)));
  }

  /**
   * Watches a place from now on, or no longer.
   *
   * @return how many more are watched: 1, 0 or -1
   */
  int put(Place place, TimerService timers) throws Exception {
    Visit known = visits.get(place.placeId());
    if (known != null && known.place().at() > place.at()) {
      return 0;
    }
    if (place.deleted()) {
      visits.remove(place.placeId());
      return known == null ? 0 : -1;
    }
    Visit visit = known == null ? Visit.of(place) : known.moved(place);
    store(visit, timers);
    return known == null ? 1 : 0;
  }

  private void store(Visit visit, TimerService timers) throws Exception {
    visits.put(visit.place().placeId(), visit);
    if (visit.dwellsAt() != Visit.NEVER) {
      timers.registerEventTimeTimer(visit.dwellsAt());
    }
  }

  /** Tells of the dwells that were due by a time. */
  void dwell(String ownerId, long by, Consumer<PlaceEvent> out) throws Exception {
    for (Visit visit : all()) {
      if (visit.dwellsAt() <= by) {
        out.accept(visit.event(ownerId, Moment.DWELL, visit.dwellsAt()));
        visits.put(visit.place().placeId(), visit.afterDwell());
      }
    }
  }

  /** Tells what a position changes, after the dwells that were due by its time. */
  void visit(String ownerId, Position position, TimerService timers, Consumer<PlaceEvent> out)
      throws Exception {
    dwell(ownerId, position.at(), out);
    for (Visit visit : all()) {
      Moment moment = position.at() < visit.place().at() ? null : visit.change(position);
      if (moment != null) {
        out.accept(visit.event(ownerId, moment, position.at()));
        store(visit.after(moment, position.at()), timers);
      }
    }
  }

  private List<Visit> all() throws Exception {
    List<Visit> all = new ArrayList<>();
    for (Map.Entry<String, Visit> entry : visits.entries()) {
      all.add(entry.getValue());
    }
    return all;
  }
}
