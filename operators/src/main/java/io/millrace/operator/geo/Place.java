package io.millrace.operator.geo;

import org.jspecify.annotations.Nullable;

/**
 * A place of an owner, who wants to know when they enter and leave it.
 *
 * @param placeId its id
 * @param at from when on it is watched, in milliseconds since the epoch
 * @param name what it is called; null where it has no name
 * @param fence where it is
 * @param bufferMeters how far out of it the owner must be to have left it
 * @param dwellMillis after what time in it there is a dwell event; 0 for none
 * @param deleted whether it is watched no longer
 */
public record Place(
    String placeId,
    long at,
    @Nullable String name,
    Fence fence,
    double bufferMeters,
    long dwellMillis,
    boolean deleted) {}
