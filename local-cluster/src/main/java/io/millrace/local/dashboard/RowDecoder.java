package io.millrace.local.dashboard;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LiveRow;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts records of Kafka into tables. What is no JSON is shown as text, what is too large as its
 * beginning; neither stops anything.
 */
final class RowDecoder {
  /** The view of heartbeats. */
  private static final String HEARTBEAT = "_heartbeat";

  /** Values beyond this size, in bytes, are cut. */
  static final int MAX_VALUE_BYTES = 64 * 1024;

  private static final int SHOWN_BYTES = 2 * 1024;

  private final JsonCodec<LiveRow> liveRows = JsonCodec.of(LiveRow.class);
  private final JsonCodec<DeadLettered> letters = JsonCodec.of(DeadLettered.class);
  private final JsonCodec<Heartbeat> heartbeats = JsonCodec.of(Heartbeat.class);
  private final Map<String, Long> lettersByJob = new TreeMap<>();
  private long unreadable;

  /**
   * What a heartbeat says.
   *
   * @param rows how many rows the view has
   */
  public record Heartbeat(long rows) {}

  /** How many dead letters of each job were read. */
  synchronized Map<String, Long> lettersByJob() {
    return new TreeMap<>(lettersByJob);
  }

  /** How many records of live topics are no live rows. */
  synchronized long unreadable() {
    return unreadable;
  }

  /** Puts a row of a live topic into its table. */
  synchronized void live(ConsumerRecord<byte[], byte[]> record, RowTable table) {
    String key = text(record.key());
    if (key == null) {
      unreadable++;
      return;
    }
    if (record.value() == null) {
      table.remove(key);
      return;
    }
    try {
      LiveRow row = liveRows.decode(record.value());
      if (row.view().equals(HEARTBEAT)) {
        Heartbeat beat = heartbeats.decode(row.data().getBytes(StandardCharsets.UTF_8));
        table.heartbeat(row.row(), row.snapshotId(), row.version(), beat.rows());
      } else {
        String json =
            "{\"view\":"
                + Json.quoted(row.view())
                + ",\"row\":"
                + Json.quoted(row.row())
                + ",\"at\":"
                + row.at()
                + ",\"data\":"
                + Json.compact(row.data().getBytes(StandardCharsets.UTF_8)).orElse("null")
                + "}";
        table.put(key, row.view(), row.snapshotId(), row.version(), json);
      }
    } catch (RejectedException e) {
      unreadable++;
    }
  }

  /** Adds a record of any other topic to its table. */
  synchronized void record(ConsumerRecord<byte[], byte[]> record, RowTable table) {
    String key = text(record.key());
    StringBuilder json = new StringBuilder("{\"t\":").append(record.timestamp());
    if (key != null) {
      json.append(",\"key\":").append(Json.quoted(key));
    }
    byte[] value = record.value();
    if (value == null) {
      json.append(",\"deleted\":true");
    } else if (value.length > MAX_VALUE_BYTES) {
      json.append(",\"bytes\":").append(value.length);
      json.append(",\"text\":").append(Json.quoted(text(value, SHOWN_BYTES)));
    } else {
      Json.compact(value)
          .ifPresentOrElse(
              compact -> json.append(",\"v\":").append(compact),
              () -> json.append(",\"text\":").append(Json.quoted(text(value, value.length))));
    }
    table.append(record.partition() + "-" + record.offset(), json.append('}').toString());
  }

  /** Adds a dead letter to its table. */
  synchronized void letter(ConsumerRecord<byte[], byte[]> record, RowTable table) {
    record(record, table);
    try {
      if (record.value() != null) {
        lettersByJob.merge(letters.decode(record.value()).job(), 1L, Long::sum);
      }
    } catch (RejectedException e) {
      unreadable++;
    }
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : text(bytes, SHOWN_BYTES);
  }

  private static String text(byte[] bytes, int most) {
    return new String(bytes, 0, Math.min(bytes.length, most), StandardCharsets.UTF_8);
  }
}
