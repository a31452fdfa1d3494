package io.millrace.schema.location;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import org.jspecify.annotations.Nullable;

/**
 * Someone named a place, and wants to know when they enter and leave it. Identity: {@code (ownerId,
 * fenceId, at)}.
 *
 * @param fenceId id of the place, unique for its owner
 * @param at from when on
 * @param ownerId whose positions are watched
 * @param name what the place is called
 * @param fence where it is; its mode is of no importance
 * @param bufferMeters how far out of it one must be to have left it; 25 where absent
 * @param dwellMillis after what time in it there is a dwell event; absent for none
 * @param deleted whether it is watched no longer
 */
public record PlaceDrawn(
    @MaxLength(256) String fenceId,
    @EventTime long at,
    @MaxLength(256) String ownerId,
    @MaxLength(1024) @Nullable String name,
    FenceOutline fence,
    @Range(min = 0, max = 1_000_000) @Nullable Double bufferMeters,
    @Range(min = 1, max = 31_622_400_000L) @Nullable Long dwellMillis,
    @Nullable Boolean deleted) {}
