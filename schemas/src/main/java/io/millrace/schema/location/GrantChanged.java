package io.millrace.schema.location;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import org.jspecify.annotations.Nullable;

/**
 * Someone lets someone see where they are, or does so no longer. A grant is valid from its {@code
 * at} on, until it expires or is revoked. Identity: {@code (grantId, at, action)}.
 *
 * @param grantId id of the grant; a revoke ends the grant that it names
 * @param at from when on
 * @param ownerId whose positions they are
 * @param viewerId who may see them
 * @param action grant or revoke
 * @param expiresAt when it ends by itself; absent for never
 * @param fence where it is valid; absent for everywhere
 * @param precisionMeters how coarse a position the viewer gets; absent or 0 for as it is
 */
public record GrantChanged(
    @MaxLength(256) String grantId,
    @EventTime long at,
    @MaxLength(256) String ownerId,
    @MaxLength(256) String viewerId,
    GrantAction action,
    @EventTime @Nullable Long expiresAt,
    @Nullable FenceOutline fence,
    @Range(min = 0, max = 1_000_000) @Nullable Double precisionMeters) {}
