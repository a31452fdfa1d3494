package io.millrace.operator.geo;

import java.util.List;

/**
 * Who is near.
 *
 * @param request the question
 * @param found owners whose newest position that the viewer may see is within the radius, the
 *     nearest first, then by id
 */
public record NearbyAnswer(NearbyRequest request, List<Neighbour> found) {
  /**
   * An owner who is near.
   *
   * @param ownerId who
   * @param distanceMeters how far away
   * @param at when the owner was there, in milliseconds since the epoch
   */
  public record Neighbour(String ownerId, double distanceMeters, long at) {}
}
