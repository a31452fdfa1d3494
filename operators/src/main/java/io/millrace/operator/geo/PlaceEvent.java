package io.millrace.operator.geo;

import org.jspecify.annotations.Nullable;

/**
 * An owner entered a place, left it, or has stayed.
 *
 * @param ownerId who
 * @param placeId which place
 * @param name what it is called; null where it has no name
 * @param moment what happened
 * @param at when, in milliseconds since the epoch
 * @param enteredAt when the owner was first seen in it
 */
public record PlaceEvent(
    String ownerId, String placeId, @Nullable String name, Moment moment, long at, long enteredAt) {
  /** What may happen at a place. */
  public enum Moment {
    /** The owner came in. */
    ENTER,
    /** The owner went out. */
    EXIT,
    /** The owner has been in for the time that the place asks for. */
    DWELL
  }
}
