package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.Topics;
import io.millrace.schema.location.NearbyAsked;
import io.millrace.schema.location.PositionReported;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What location fan-out must make of the positions of {@link PositionTrial}: deliveries, what
 * happens at places, and who is near whoever asks.
 */
final class PositionOracle extends LedgerOracle<PositionReported> {
  private static final double MOST_OFF_METERS = 0.001;

  private final PositionTrial trial;
  private final Map<RecordId, PositionReported> positions = new HashMap<>();
  private final List<PublishedRow> found = new ArrayList<>();
  private final List<JsonNode> answers = new ArrayList<>();

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
    // By viewer and owner, of viewers who have asked.
    Map<String, Map<String, NavigableMap<Long, PositionReported>>> seen = new HashMap<>();
    trial.asked().forEach(question -> seen.put(question.userId(), new TreeMap<>()));
    walks(watermark)
        .forEach(
            (owner, walk) -> {
              for (PositionReported position : walk.values()) {
                for (String viewer : trial.viewers(position)) {
                  rows.add(delivery(position, viewer));
                  Map<String, NavigableMap<Long, PositionReported>> ofViewer = seen.get(viewer);
                  if (ofViewer != null) {
                    ofViewer
                        .computeIfAbsent(owner, unused -> new TreeMap<>())
                        .put(position.at(), position);
                  }
                }
              }
              if (PositionTrial.hasPlace(owner)) {
                rows.addAll(visits(owner, PositionTrial.placeOf(owner), walk, watermark));
              }
            });
    for (NearbyAsked question : trial.asked()) {
      if (question.at() <= watermark) {
        rows.add(answer(question, seen.getOrDefault(question.userId(), Map.of())));
      }
    }
    return rows;
  }

  /** The positions of each owner up to a time, by their own times. */
  private Map<String, NavigableMap<Long, PositionReported>> walks(long until) {
    Map<String, NavigableMap<Long, PositionReported>> walks = new HashMap<>();
    for (PositionReported position : positions.values()) {
      if (position.at() <= until) {
        walks
            .computeIfAbsent(position.userId(), unused -> new TreeMap<>())
            .put(position.at(), position);
      }
    }
    return walks;
  }

  private static PublishedRow delivery(PositionReported position, String viewer) {
    return delivery(
        position.userId(),
        viewer,
        position.at(),
        PositionTrial.grantId(position.userId(), viewer),
        position.latitude(),
        position.longitude());
  }

  /** By stays: each is from a position in the place to the first that is far enough from it. */
  private static List<PublishedRow> visits(
      String owner, String place, NavigableMap<Long, PositionReported> walk, long watermark) {
    List<PublishedRow> rows = new ArrayList<>();
    long enteredAt = Long.MIN_VALUE;
    for (PositionReported position : walk.values()) {
      double meters = PositionTrial.metersOutside(position);
      boolean isIn = enteredAt != Long.MIN_VALUE;
      if (!isIn && meters == 0) {
        enteredAt = position.at();
        rows.add(passed("enter", owner, place, enteredAt, enteredAt));
      } else if (isIn && meters > leftBeyond(position)) {
        rows.add(passed("exit", owner, place, position.at(), enteredAt));
        addDwell(rows, owner, place, enteredAt, position.at());
        enteredAt = Long.MIN_VALUE;
      }
    }
    if (enteredAt != Long.MIN_VALUE) {
      addDwell(rows, owner, place, enteredAt, watermark);
    }
    return rows;
  }

  private static double leftBeyond(PositionReported position) {
    Double accuracy = position.accuracyMeters();
    return Math.max(PositionTrial.BUFFER_METERS, accuracy == null ? 0 : accuracy);
  }

  private static void addDwell(
      List<PublishedRow> rows, String owner, String place, long enteredAt, long stayedUntil) {
    long dwellsAt = enteredAt + PositionTrial.DWELL_MILLIS;
    if (dwellsAt <= stayedUntil) {
      rows.add(passed("dwell", owner, place, dwellsAt, enteredAt));
    }
  }

  /** Of each owner it is the newest position that counts, as long as it may be seen. */
  private PublishedRow answer(
      NearbyAsked question, Map<String, NavigableMap<Long, PositionReported>> seen) {
    List<String> near = new ArrayList<>();
    seen.forEach(
        (owner, walk) -> {
          Map.Entry<Long, PositionReported> newest = walk.floorEntry(question.at());
          if (newest != null
              && question.at() < trial.seenUntil(owner, question.userId())
              && meters(question, newest.getValue()) <= question.radiusMeters()) {
            near.add(owner + "@" + newest.getKey());
          }
        });
    return answer(question.requestId(), question.userId(), question.at(), near);
  }

  @Override
  void result(String topic, JsonNode row) {
    if (topic.equals(Topics.LOCATION_FANOUT_DELIVERIES.name())) {
      found.add(
          delivery(
              row.path("ownerId").asText(),
              row.path("viewerId").asText(),
              row.path("at").asLong(),
              row.path("grantId").asText(),
              row.path("latitude").asDouble(),
              row.path("longitude").asDouble()));
    } else if (topic.equals(Topics.LOCATION_FANOUT_FENCE_EVENTS.name())) {
      found.add(
          passed(
              row.path("event").asText(),
              row.path("ownerId").asText(),
              row.path("fenceId").asText(),
              row.path("at").asLong(),
              row.path("enteredAt").asLong()));
    } else if (topic.equals(Topics.LOCATION_FANOUT_NEARBY.name())) {
      answers.add(row);
    } else {
      found.add(new PublishedRow("a row of " + topic, row.toString()));
    }
  }

  @Override
  List<PublishedRow> results() {
    List<PublishedRow> rows = new ArrayList<>(found);
    Map<String, NearbyAsked> questions = new HashMap<>();
    trial.asked().forEach(question -> questions.put(question.requestId(), question));
    Map<String, NavigableMap<Long, PositionReported>> walks = walks(Long.MAX_VALUE);
    for (JsonNode row : answers) {
      rows.add(answered(row, questions.get(row.path("requestId").asText()), walks));
    }
    return rows;
  }

  /** An answer as it is compared, with all that is wrong with its distances and their order. */
  private static PublishedRow answered(
      JsonNode row,
      @Nullable NearbyAsked question,
      Map<String, NavigableMap<Long, PositionReported>> walks) {
    List<String> near = new ArrayList<>();
    double before = 0;
    for (JsonNode each : row.path("found")) {
      String owner = each.path("ownerId").asText();
      long at = each.path("at").asLong();
      double meters = each.path("distanceMeters").asDouble();
      PositionReported position = walks.getOrDefault(owner, new TreeMap<>()).get(at);
      boolean isRight =
          question != null
              && position != null
              && Math.abs(meters(question, position) - meters) <= MOST_OFF_METERS;
      near.add(
          owner
              + "@"
              + at
              + (isRight ? "" : " is not " + meters + " m away")
              + (meters < before ? " comes after one that is further away" : ""));
      before = meters;
    }
    return answer(
        row.path("requestId").asText(), row.path("userId").asText(), row.path("at").asLong(), near);
  }

  private static PublishedRow delivery(
      String owner, String viewer, long at, String grant, double latitude, double longitude) {
    return new PublishedRow(
        "delivery of " + owner + " at " + at + " to " + viewer,
        "by " + grant + " " + latitude + " " + longitude);
  }

  private static PublishedRow passed(
      String event, String owner, String place, long at, long enteredAt) {
    return new PublishedRow(event + " of " + owner + " at " + at, place + " since " + enteredAt);
  }

  /** Those who are near in one order; which of two is nearer is judged by the distances. */
  private static PublishedRow answer(String id, String viewer, long at, List<String> near) {
    return new PublishedRow(
        "answer to " + id, viewer + " at " + at + ": " + near.stream().sorted().toList());
  }

  /** By the chord through the earth. */
  private static double meters(NearbyAsked question, PositionReported position) {
    double phi = Math.toRadians(question.latitude());
    double phi2 = Math.toRadians(position.latitude());
    double lambda = Math.toRadians(position.longitude() - question.longitude());
    double x = Math.cos(phi2) * Math.cos(lambda) - Math.cos(phi);
    double y = Math.cos(phi2) * Math.sin(lambda);
    double z = Math.sin(phi2) - Math.sin(phi);
    return 2 * PositionTrial.EARTH_RADIUS_METERS * Math.asin(Math.sqrt(x * x + y * y + z * z) / 2);
  }
}
