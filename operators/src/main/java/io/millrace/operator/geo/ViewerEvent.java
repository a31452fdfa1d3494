package io.millrace.operator.geo;

import io.millrace.operator.type.ValueType;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * What a viewer gets to know of an owner: a position, or that a grant has ended.
 *
 * @param viewerId who
 * @param ownerId of whom
 * @param grantId by which grant
 * @param toldAt when the viewer gets to know it, in milliseconds since the epoch
 * @param at when the owner was there or the grant ended, in milliseconds since the epoch
 * @param expiresAt until before when the grant lets it be seen
 * @param spot the position; null where the grant has ended
 */
public record ViewerEvent(
    String viewerId,
    String ownerId,
    String grantId,
    long toldAt,
    long at,
    long expiresAt,
    @Nullable Spot spot) {
  /** The type of streams of what viewers get to know. Not for state. */
  public static final TypeInformation<ViewerEvent> STREAM_TYPE =
      new ValueType<>(ViewerEvent.class, ViewerEventSerializer::new);
}
