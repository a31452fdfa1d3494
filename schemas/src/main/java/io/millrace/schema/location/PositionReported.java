package io.millrace.schema.location;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import org.jspecify.annotations.Nullable;

/**
 * Someone was somewhere. Identity: {@code (userId, at)}.
 *
 * @param updateId id of the report, where it has one
 * @param userId who was there
 * @param at when
 * @param latitude in degrees, north positive
 * @param longitude in degrees, east positive
 * @param accuracyMeters radius in which the device supposes itself to be
 * @param speed in metres a second
 * @param bearing direction of travel in degrees, clockwise from north
 * @param batteryPercent what is left in the device's battery
 */
public record PositionReported(
    @MaxLength(256) @Nullable String updateId,
    @MaxLength(256) String userId,
    @EventTime long at,
    @Range(min = -90, max = 90) double latitude,
    @Range(min = -180, max = 180) double longitude,
    @Range(min = 0, max = 40_000_000) @Nullable Double accuracyMeters,
    @Range(min = 0, max = 1_000_000) @Nullable Double speed,
    @Range(min = -360, max = 360) @Nullable Double bearing,
    @Range(min = 0, max = 100) @Nullable Double batteryPercent) {}
