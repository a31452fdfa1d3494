package io.millrace.operator.geo;

import io.millrace.operator.geo.PlaceEvent.Moment;
import org.jspecify.annotations.Nullable;

/**
 * A place, and whether its owner is there. Who is in the fence has entered; who is further out of
 * it than the place's buffer and the position's accuracy has left. Between the two nothing changes,
 * so a position that wavers at the edge makes no events.
 *
 * @param place the place
 * @param inside whether the owner is there
 * @param enteredAt since when, in milliseconds since the epoch
 * @param dwelt whether the owner has stayed for the place's time
 */
public record Visit(Place place, boolean inside, long enteredAt, boolean dwelt) {
  /** No dwell is due. */
  static final long NEVER = Long.MAX_VALUE;

  /** A place at which the owner has not been seen. */
  static Visit of(Place place) {
    return new Visit(place, false, 0, false);
  }

  /** The same at the place as it is now. */
  Visit moved(Place to) {
    return new Visit(to, inside, enteredAt, dwelt);
  }

  /** When the owner will have stayed for the place's time; {@link #NEVER} where that is not due. */
  long dwellsAt() {
    return inside && !dwelt && place.dwellMillis() > 0 ? enteredAt + place.dwellMillis() : NEVER;
  }

  /** The same after the owner has stayed. */
  Visit afterDwell() {
    return new Visit(place, inside, enteredAt, true);
  }

  /** What a position changes; null for nothing. */
  @Nullable Moment change(Position position) {
    if (inside) {
      double accuracy = position.accuracyMeters() == null ? 0 : position.accuracyMeters();
      double away = place.fence().metersOutside(position.latitude(), position.longitude());
      return away > Math.max(place.bufferMeters(), accuracy) ? Moment.EXIT : null;
    }
    return place.fence().contains(position.latitude(), position.longitude()) ? Moment.ENTER : null;
  }

  /** The same after a change. */
  Visit after(Moment moment, long at) {
    return switch (moment) {
      case ENTER -> new Visit(place, true, at, false);
      case EXIT -> new Visit(place, false, 0, false);
      case DWELL -> afterDwell();
    };
  }

  PlaceEvent event(String ownerId, Moment moment, long at) {
    return new PlaceEvent(
        ownerId,
        place.placeId(),
        place.name(),
        moment,
        at,
        moment == Moment.ENTER ? at : enteredAt);
  }
}
