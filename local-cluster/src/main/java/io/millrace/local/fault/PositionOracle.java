package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.Topics;
import io.millrace.schema.location.PositionReported;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What location fan-out must deliver of the positions of {@link PositionTrial}. */
final class PositionOracle extends LedgerOracle<PositionReported> {
  private final PositionTrial trial;
  private final Map<RecordId, PositionReported> positions = new HashMap<>();
  private final List<PublishedRow> deliveries = new ArrayList<>();

  PositionOracle(Ledger ledger, PositionTrial trial) {
    super(
        ledger,
        new Lanes<>(
            PositionReported.class,
            Topics.LOCATION_FANOUT_LATE.name(),
            Topics.LOCATION_FANOUT_LIVE.name(),
            Topics.LOCATION_UPDATES_DLQ.name()),
        1,
        PositionTrial.OUT_OF_ORDERNESS_MILLIS);
    this.trial = trial;
  }

  @Override
  void count(RecordId id, PositionReported position) {
    positions.put(id, position);
  }

  @Override
  void takeBack(RecordId id, PositionReported position) {
    positions.remove(id);
  }

  @Override
  List<PublishedRow> expected(long watermark) {
    List<PublishedRow> rows = new ArrayList<>();
    for (PositionReported position : positions.values()) {
      if (position.at() <= watermark) {
        for (String viewer : trial.viewers(position)) {
          rows.add(
              row(
                  position.userId(),
                  viewer,
                  position.at(),
                  "grant-" + viewer,
                  position.latitude(),
                  position.longitude()));
        }
      }
    }
    return rows;
  }

  @Override
  void result(String topic, JsonNode row) {
    // Nobody drew a place, and only pulses ask who is near.
    if (topic.equals(Topics.LOCATION_FANOUT_DELIVERIES.name())) {
      deliveries.add(
          row(
              row.path("ownerId").asText(),
              row.path("viewerId").asText(),
              row.path("at").asLong(),
              row.path("grantId").asText(),
              row.path("latitude").asDouble(),
              row.path("longitude").asDouble()));
    }
  }

  @Override
  List<PublishedRow> results() {
    return deliveries;
  }

  private static PublishedRow row(
      String owner, String viewer, long at, String grant, double latitude, double longitude) {
    return new PublishedRow(
        "delivery of " + owner + " at " + at + " to " + viewer,
        "by " + grant + " " + latitude + " " + longitude);
  }
}
