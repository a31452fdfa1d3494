package io.millrace.job.location;

import io.millrace.operator.geo.Spot;
import io.millrace.operator.geo.ViewerEvent;
import io.millrace.operator.geo.ViewerMap;
import io.millrace.operator.live.ViewContents;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.location.PositionDelivered;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Turns what a viewer may see into the live view {@code positions:<viewerId>}: a row for each
 * owner, with a {@link PositionDelivered}.
 */
final class LocationViews extends RichMapFunction<ViewerMap, ViewContents> {
  private static final long serialVersionUID = 1L;

  private transient JsonCodec<PositionDelivered> codec;

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(PositionDelivered.class);
  }

  @Override
  public ViewContents map(ViewerMap map) {
    List<ViewContents.Row> rows = new ArrayList<>(map.seen().size());
    for (ViewerEvent event : map.seen()) {
      Spot spot = event.spot();
      if (spot != null) {
        byte[] data = codec.encode(LocationRows.delivery(event, spot));
        rows.add(new ViewContents.Row(event.ownerId(), new String(data, StandardCharsets.UTF_8)));
      }
    }
    return new ViewContents("positions:" + map.viewerId(), map.at(), rows);
  }
}
