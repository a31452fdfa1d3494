package io.millrace.job.location;

import io.millrace.operator.geo.Grant;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.Place;
import io.millrace.operator.geo.Position;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PlaceDrawn;
import io.millrace.schema.location.PositionReported;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;

/** Turns positions, grants and places that came behind the watermark into rows of the late lane. */
final class LateLocations extends RichMapFunction<Tuple2<OwnerEvent, Long>, LateArrived> {
  private static final long serialVersionUID = 1L;

  private transient JsonCodec<PositionReported> positions;
  private transient JsonCodec<GrantChanged> grants;
  private transient JsonCodec<PlaceDrawn> places;

  @Override
  public void open(OpenContext context) {
    positions = JsonCodec.of(PositionReported.class);
    grants = JsonCodec.of(GrantChanged.class);
    places = JsonCodec.of(PlaceDrawn.class);
  }

  @Override
  public LateArrived map(Tuple2<OwnerEvent, Long> late) {
    OwnerEvent event = late.f0;
    Position position = event.position();
    Grant grant = event.grant();
    Place place = event.place();
    if (position != null) {
      byte[] json = positions.encode(LocationRows.reported(event.ownerId(), position));
      return row(Topics.LOCATION_UPDATES.name(), late, json);
    } else if (grant != null) {
      byte[] json = grants.encode(LocationRows.changed(event.ownerId(), grant));
      return row(Topics.LOCATION_GRANTS.name(), late, json);
    } else if (place != null) {
      byte[] json = places.encode(LocationRows.drawn(event.ownerId(), place));
      return row(Topics.LOCATION_FENCES.name(), late, json);
    }
    throw new IllegalArgumentException("nothing of this kind is late: " + event.kind());
  }

  private static LateArrived row(String topic, Tuple2<OwnerEvent, Long> late, byte[] json) {
    return new LateArrived(topic, late.f0.at(), late.f1, new String(json, StandardCharsets.UTF_8));
  }
}
