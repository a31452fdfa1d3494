package io.millrace.operator.geo;

import io.millrace.operator.sketch.Utf8Order;
import io.millrace.operator.type.ValueType;
import java.util.Comparator;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to an owner of positions.
 *
 * @param kind what
 * @param ownerId to whom
 * @param at when, in milliseconds since the epoch
 * @param id of the grant, the place or the report
 * @param grant of a grant and of a revoke, of which only the id counts
 * @param place of a place
 * @param position of a position
 */
public record OwnerEvent(
    Kind kind,
    String ownerId,
    long at,
    String id,
    @Nullable Grant grant,
    @Nullable Place place,
    @Nullable Position position) {
  /** The type of streams of what happens to owners. Not for state. */
  public static final TypeInformation<OwnerEvent> STREAM_TYPE =
      new ValueType<>(OwnerEvent.class, OwnerEventSerializer::new);

  /** What may happen, in the order in which it is applied at one time. */
  public enum Kind {
    /** A grant is given. */
    GRANT,
    /** A grant ends. */
    REVOKE,
    /** A place is named, moved or deleted. */
    PLACE,
    /** The owner was somewhere. */
    POSITION
  }

  /** The order of what happened at one time. */
  static final Comparator<OwnerEvent> ORDER =
      Comparator.comparing(OwnerEvent::kind)
          .thenComparing(OwnerEvent::id, Utf8Order.INSTANCE)
          .thenComparingDouble(event -> event.position == null ? 0 : event.position.latitude())
          .thenComparingDouble(event -> event.position == null ? 0 : event.position.longitude());

  /** A grant is given. */
  public static OwnerEvent granted(String ownerId, Grant grant) {
    return new OwnerEvent(Kind.GRANT, ownerId, grant.at(), grant.grantId(), grant, null, null);
  }

  /** A grant ends. */
  public static OwnerEvent revoked(String ownerId, Grant grant) {
    return new OwnerEvent(Kind.REVOKE, ownerId, grant.at(), grant.grantId(), grant, null, null);
  }

  /** A place is named, moved or deleted. */
  public static OwnerEvent placed(String ownerId, Place place) {
    return new OwnerEvent(Kind.PLACE, ownerId, place.at(), place.placeId(), null, place, null);
  }

  /** The owner was somewhere. */
  public static OwnerEvent located(String ownerId, Position position) {
    return new OwnerEvent(
        Kind.POSITION, ownerId, position.at(), position.id(), null, null, position);
  }

  /** Nothing has happened, but the time has come. */
  public static OwnerEvent time(String ownerId, long at) {
    return new OwnerEvent(Kind.POSITION, ownerId, at, "", null, null, null);
  }

  /** Whether it is of {@link #time}. */
  boolean isTimeAlone() {
    return kind == Kind.POSITION && position == null;
  }
}
