package io.millrace.job.location;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.connector.redis.RedisPosition;
import io.millrace.connector.redis.RedisSighting;
import io.millrace.connector.redis.RedisWrite;
import io.millrace.operator.geo.Fence;
import io.millrace.operator.geo.Grant;
import io.millrace.operator.geo.NearbyAnswer;
import io.millrace.operator.geo.NearbyRequest;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.Place;
import io.millrace.operator.geo.PlaceEvent;
import io.millrace.operator.geo.Position;
import io.millrace.operator.geo.Ring;
import io.millrace.operator.geo.Spot;
import io.millrace.operator.geo.ViewerEvent;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.location.FenceMode;
import io.millrace.schema.location.FenceMoment;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FencePassed;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.NearbyAsked;
import io.millrace.schema.location.NearbyFound;
import io.millrace.schema.location.PlaceDrawn;
import io.millrace.schema.location.PositionDelivered;
import io.millrace.schema.location.PositionReported;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Turns positions and grants from what topics have into what operators have, and back. */
final class LocationRows {
  private static final double DEFAULT_BUFFER_METERS = 25;
  private static final long SHOWN_MILLIS = 3_600_000;

  private LocationRows() {}

  static OwnerEvent located(Tuple2<PositionReported, RecordOrigin> reported) {
    PositionReported position = reported.f0;
    return OwnerEvent.located(
        position.userId(),
        new Position(
            position.updateId() == null ? "" : position.updateId(),
            position.at(),
            position.latitude(),
            position.longitude(),
            position.accuracyMeters(),
            position.speed(),
            position.bearing(),
            position.batteryPercent(),
            reported.f1.text()));
  }

  /** The report that a position was made of. */
  static PositionReported reported(String userId, Position position) {
    return new PositionReported(
        position.id().isEmpty() ? null : position.id(),
        userId,
        position.at(),
        position.latitude(),
        position.longitude(),
        position.accuracyMeters(),
        position.speed(),
        position.bearing(),
        position.batteryPercent());
  }

  /** The report of a position that was accepted. */
  static PositionReported accepted(OwnerEvent event) {
    Position position = event.position();
    if (position == null) {
      throw new IllegalArgumentException("only a position is accepted");
    }
    return reported(event.ownerId(), position);
  }

  static OwnerEvent granted(GrantChanged change) {
    Double precision = change.precisionMeters();
    Grant grant =
        new Grant(
            change.grantId(),
            change.viewerId(),
            change.at(),
            change.expiresAt() == null ? Grant.NEVER : change.expiresAt(),
            change.fence() == null ? null : fence(change.fence()),
            precision == null ? 0 : precision);
    return change.action() == GrantAction.GRANT
        ? OwnerEvent.granted(change.ownerId(), grant)
        : OwnerEvent.revoked(change.ownerId(), grant);
  }

  /** The change that a grant was made of. */
  static GrantChanged changed(String ownerId, Grant grant) {
    Fence fence = grant.fence();
    return new GrantChanged(
        grant.grantId(),
        grant.at(),
        ownerId,
        grant.viewerId(),
        GrantAction.GRANT,
        grant.expiresAt() == Grant.NEVER ? null : grant.expiresAt(),
        fence == null ? null : outline(fence),
        grant.precisionMeters());
  }

  static OwnerEvent placed(PlaceDrawn drawn) {
    return OwnerEvent.placed(
        drawn.ownerId(),
        new Place(
            drawn.fenceId(),
            drawn.at(),
            drawn.name(),
            fence(drawn.fence()),
            drawn.bufferMeters() == null ? DEFAULT_BUFFER_METERS : drawn.bufferMeters(),
            drawn.dwellMillis() == null ? 0 : drawn.dwellMillis(),
            Boolean.TRUE.equals(drawn.deleted())));
  }

  /** What a place was made of. */
  static PlaceDrawn drawn(String ownerId, Place place) {
    return new PlaceDrawn(
        place.placeId(),
        place.at(),
        ownerId,
        place.name(),
        outline(place.fence()),
        place.bufferMeters(),
        place.dwellMillis() == 0 ? null : place.dwellMillis(),
        place.deleted());
  }

  static FencePassed passed(PlaceEvent event) {
    FenceMoment moment = FenceMoment.valueOf(event.moment().name());
    return new FencePassed(
        event.at()
            + ":"
            + event.moment().name().toLowerCase(Locale.ROOT)
            + ":"
            + event.ownerId().length()
            + ":"
            + event.ownerId()
            + ":"
            + event.placeId(),
        event.ownerId(),
        event.placeId(),
        event.name(),
        moment,
        event.at(),
        event.enteredAt());
  }

  /** Of a question, when it was asked. */
  static OwnerEvent time(NearbyAsked asked) {
    return OwnerEvent.time(asked.userId(), asked.at());
  }

  static NearbyRequest asked(NearbyAsked asked) {
    return new NearbyRequest(
        asked.requestId(),
        asked.userId(),
        asked.at(),
        asked.latitude(),
        asked.longitude(),
        asked.radiusMeters());
  }

  /** What a question was made of. */
  static NearbyAsked asked(NearbyRequest request) {
    return new NearbyAsked(
        request.requestId(),
        request.at(),
        request.viewerId(),
        request.latitude(),
        request.longitude(),
        request.radiusMeters());
  }

  static NearbyFound found(NearbyAnswer answer) {
    NearbyRequest request = answer.request();
    return new NearbyFound(
        request.requestId(),
        request.viewerId(),
        request.at(),
        request.radiusMeters(),
        answer.found().stream()
            .map(
                near -> new NearbyFound.Neighbour(near.ownerId(), near.distanceMeters(), near.at()))
            .toList());
  }

  /**
   * The newest position of an owner as Redis holds it for a viewer: a member of the GEO set {@code
   * positions:<viewerId>}, for an hour or until the grant expires. Nothing near the poles, where
   * Redis has no places.
   */
  static RedisWrite sighting(ViewerEvent event) {
    Spot spot = event.spot();
    boolean hasPlace = spot != null && Math.abs(spot.latitude()) <= RedisPosition.MAX_LATITUDE;
    return new RedisSighting(
        "positions:" + event.viewerId(),
        event.ownerId(),
        // An end and a position may come at one time, the end first.
        2 * event.toldAt() + (spot == null ? 0 : 1),
        Math.min(event.toldAt() + SHOWN_MILLIS, spot == null ? Long.MAX_VALUE : event.expiresAt()),
        hasPlace && spot != null
            ? new RedisSighting.Place(spot.longitude(), spot.latitude())
            : null);
  }

  static Fence fence(FenceOutline outline) {
    boolean isCircle = outline.type() == FenceType.CIRCLE;
    return new Fence(
        isCircle ? orZero(outline.latitude()) : 0,
        isCircle ? orZero(outline.longitude()) : 0,
        isCircle ? orZero(outline.radiusMeters()) : 0,
        isCircle ? List.of() : outline.points().stream().map(Ring::of).toList(),
        outline.mode() == FenceMode.OUTSIDE);
  }

  static FenceOutline outline(Fence fence) {
    FenceMode mode = fence.outside() ? FenceMode.OUTSIDE : FenceMode.INSIDE;
    return fence.rings().isEmpty()
        ? new FenceOutline(
            FenceType.CIRCLE, fence.latitude(), fence.longitude(), fence.radiusMeters(), null, mode)
        : new FenceOutline(
            FenceType.POLYGON,
            null,
            null,
            null,
            String.valueOf(fence.rings().stream().map(Ring::points).toList()),
            mode);
  }

  private static double orZero(@Nullable Double value) {
    return value == null ? 0 : value;
  }

  /** What was delivered; nothing of a grant that has ended. */
  static void delivered(ViewerEvent event, Collector<PositionDelivered> out) {
    Spot spot = event.spot();
    if (spot != null) {
      out.collect(delivery(event, spot));
    }
  }

  static PositionDelivered delivery(ViewerEvent event, Spot spot) {
    return new PositionDelivered(
        deliveryId(event),
        event.grantId(),
        event.ownerId(),
        event.viewerId(),
        event.at(),
        spot.latitude(),
        spot.longitude(),
        spot.accuracyMeters());
  }

  /** The owner's length keeps the ids of two pairs apart. */
  private static String deliveryId(ViewerEvent event) {
    return event.at()
        + ":"
        + event.ownerId().length()
        + ":"
        + event.ownerId()
        + ":"
        + event.viewerId();
  }

  /** Makes dead letters of positions that nobody can have moved to. */
  record ImpossibleSpeed(String job, double maxSpeed)
      implements MapFunction<OwnerEvent, DeadLettered> {
    @Override
    public DeadLettered map(OwnerEvent event) {
      Position position = event.position();
      if (position == null) {
        throw new IllegalArgumentException("only a position may be too far away");
      }
      return DeadLetters.confidential(
          job,
          Stage.VALIDATE,
          Rejection.IMPOSSIBLE_SPEED,
          "the position is further from the one before than --max-speed="
              + maxSpeed
              + " m/s allows for the time between them",
          RecordOrigin.parse(position.source()));
    }
  }
}
