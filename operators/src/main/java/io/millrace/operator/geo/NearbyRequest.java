package io.millrace.operator.geo;

/**
 * A viewer asks who is near.
 *
 * @param requestId id of the question
 * @param viewerId who asks
 * @param at for what time, in milliseconds since the epoch
 * @param latitude of where the viewer asks, in degrees
 * @param longitude of where the viewer asks, in degrees
 * @param radiusMeters how far is near
 */
public record NearbyRequest(
    String requestId,
    String viewerId,
    long at,
    double latitude,
    double longitude,
    double radiusMeters) {}
