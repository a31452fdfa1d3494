package io.millrace.schema.location;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;

/**
 * Someone asks which of those who share their positions with them are near. Identity: {@code
 * requestId}.
 *
 * @param requestId id of the question
 * @param at at what time
 * @param userId who asks
 * @param latitude of where they ask, in degrees
 * @param longitude of where they ask, in degrees
 * @param radiusMeters how far is near
 */
public record NearbyAsked(
    @MaxLength(256) String requestId,
    @EventTime long at,
    @MaxLength(256) String userId,
    @Range(min = -90, max = 90) double latitude,
    @Range(min = -180, max = 180) double longitude,
    @Range(min = 0, max = 20_100_000) double radiusMeters) {}
