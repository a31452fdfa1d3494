package io.millrace.operator.geo;

import org.jspecify.annotations.Nullable;

/**
 * Someone may see where an owner is.
 *
 * @param grantId its id
 * @param viewerId who may see it
 * @param at from when on, in milliseconds since the epoch
 * @param expiresAt until before when; {@link #NEVER} for as long as it is not revoked
 * @param fence where; null for everywhere
 * @param precisionMeters how coarse the viewer sees positions; 0 for as they are
 */
public record Grant(
    String grantId,
    String viewerId,
    long at,
    long expiresAt,
    @Nullable Fence fence,
    double precisionMeters) {
  /** The expiry of a grant that has none. */
  public static final long NEVER = Long.MAX_VALUE;

  /** The same with another object as the viewer's id. */
  Grant of(String sameViewerId) {
    return new Grant(grantId, sameViewerId, at, expiresAt, fence, precisionMeters);
  }

  /** Whether it allows a position to be seen. */
  public boolean admits(Position position) {
    return position.at() >= at
        && position.at() < expiresAt
        && (fence == null || fence.admits(position.latitude(), position.longitude()));
  }
}
