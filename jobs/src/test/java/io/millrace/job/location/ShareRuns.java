package io.millrace.job.location;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.TopicReader;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.location.FenceMode;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.NearbyAsked;
import io.millrace.schema.location.PlaceDrawn;
import io.millrace.schema.location.PositionReported;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What runs of location fan-out that are stopped and go on have in common. */
final class ShareRuns {
  private static final String NOBODY = "nobody";
  private static final long CLOSING = CannedShares.START + 3_600_000;

  /** The clock is years beyond the records, and ends grants once nothing comes any more. */
  private static final long FAR_AHEAD = 7_000_000_000_000L;

  private ShareRuns() {}

  /** The options of a job that takes everything in order. */
  static Map<String, String> options() {
    return new TreeMap<>(Map.of("order", "event-time"));
  }

  /** {@link CannedShares#changes} with expiries that the clock has not reached. */
  static List<GrantChanged> changes(long seed, int count) {
    return CannedShares.changes(seed, count).stream()
        .map(
            change ->
                change.expiresAt() == null
                    ? change
                    : new GrantChanged(
                        change.grantId(),
                        change.at(),
                        change.ownerId(),
                        change.viewerId(),
                        change.action(),
                        FAR_AHEAD,
                        change.fence(),
                        change.precisionMeters()))
        .toList();
  }

  /**
   * Something of no account in each partition of the side topics, after which they hold none up.
   */
  static List<ProducerRecord<byte[], byte[]>> ofNoAccount(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    FenceOutline circle = new FenceOutline(FenceType.CIRCLE, 0.0, 0.0, 1.0, null, FenceMode.INSIDE);
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      records.add(
          record(
              prefix,
              Topics.LOCATION_GRANTS,
              new GrantChanged(
                  "none", CLOSING, NOBODY, NOBODY, GrantAction.REVOKE, null, null, null),
              partition));
      records.add(
          record(
              prefix,
              Topics.LOCATION_FENCES,
              new PlaceDrawn("none", CLOSING, NOBODY, null, circle, null, null, true),
              partition));
      records.add(
          record(
              prefix,
              Topics.LOCATION_NEARBY_REQUESTS,
              new NearbyAsked("none", CLOSING, NOBODY, 0, 0, 1),
              partition));
    }
    return records;
  }

  /** A position that nobody sees in each partition, after which all before are known. */
  static List<ProducerRecord<byte[], byte[]>> closing(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      records.add(
          record(
              prefix,
              Topics.LOCATION_UPDATES,
              new PositionReported(
                  "closing-" + partition, NOBODY, CLOSING, 0, 0, null, null, null, null),
              partition));
    }
    return records;
  }

  private static <T extends Record> ProducerRecord<byte[], byte[]> record(
      String prefix, Topic<T> topic, T value, int partition) {
    return new ProducerRecord<>(
        prefix + topic.name(), partition, new byte[] {1}, topic.codec().encode(value));
  }

  /** The deliveries that are committed, as {@link SerialShares#lines} has them, in any order. */
  static List<String> delivered(String bootstrap, String prefix) throws IOException {
    return TopicReader.committed(bootstrap, prefix + Topics.LOCATION_FANOUT_DELIVERIES.name())
        .stream()
        .map(ShareRuns::line)
        .toList();
  }

  /** The event time of a line. */
  static long timeOf(String line) {
    return Long.parseLong(line.split(" ", -1)[2]);
  }

  /** A delivery as {@link SerialShares#lines} has it. */
  static String line(JsonNode row) {
    return String.join(
        " ",
        row.get("viewerId").asText(),
        row.get("ownerId").asText(),
        row.get("at").asText(),
        row.get("grantId").asText());
  }
}
