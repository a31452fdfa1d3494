package io.millrace.schema.location;

import org.jspecify.annotations.Nullable;

/**
 * A position as a viewer may see it. Identity: {@code deliveryId}.
 *
 * @param deliveryId follows from owner, viewer and {@code at}
 * @param grantId the grant that allows it, of several the one of the finest precision
 * @param ownerId whose position it is
 * @param viewerId who may see it
 * @param at when the owner was there, in milliseconds since the epoch
 * @param latitude in degrees, as precise as the grant allows
 * @param longitude in degrees, likewise
 * @param accuracyMeters as reported, and not less than the grant's precision; absent where neither
 *     is known
 */
public record PositionDelivered(
    String deliveryId,
    String grantId,
    String ownerId,
    String viewerId,
    long at,
    double latitude,
    double longitude,
    @Nullable Double accuracyMeters) {}
