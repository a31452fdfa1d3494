package io.millrace.schema.location;

import java.util.List;

/**
 * Who was near. Identity: {@code requestId}.
 *
 * @param requestId id of the question
 * @param userId who asked
 * @param at for what time, in milliseconds since the epoch
 * @param radiusMeters how far was near
 * @param found those within it, by what was delivered to who asks; the nearest first, then by owner
 */
public record NearbyFound(
    String requestId, String userId, long at, double radiusMeters, List<Neighbour> found) {
  /**
   * Someone who was near.
   *
   * @param ownerId who
   * @param distanceMeters how far the position lay
   * @param at when they were there
   */
  public record Neighbour(String ownerId, double distanceMeters, long at) {}
}
