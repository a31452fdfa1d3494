package io.millrace.connector.lane;

import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Makes dead letters, cut to their caps. */
public final class DeadLetters {
  /** The partition of what came from no topic: a row of a file, or one that was not written. */
  public static final int NO_PARTITION = -1;

  /**
   * More than any dead letter has bytes as JSON: its key and value in base64, and its headers and
   * message if every character were escaped.
   */
  public static final int MAX_BYTES = 256 * 1024;

  private static final int MAX_MESSAGE_CHARS = 1000;

  private DeadLetters() {}

  /**
   * Where a refused record came from.
   *
   * @param topic its topic
   * @param partition its partition; {@link #NO_PARTITION} for what came from no topic
   * @param offset its offset; of a row that was not written -1, of one of a file its number
   * @param timestamp the record's timestamp, in milliseconds since the epoch
   * @param headers its headers, cut to their cap
   * @param headersCut whether they were cut
   */
  public record Origin(
      String topic,
      int partition,
      long offset,
      long timestamp,
      Map<String, String> headers,
      boolean headersCut) {

    /** That of a record of Kafka. */
    public static Origin of(ConsumerRecord<byte[], byte[]> record) {
      Map<String, String> headers = new HashMap<>();
      int room = DeadLettered.MAX_HEADER_CHARS;
      boolean cut = false;
      for (Header header : record.headers()) {
        String value =
            header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
        room -= header.key().length() + value.length();
        if (room < 0) {
          cut = true;
          break;
        }
        headers.put(header.key(), value);
      }
      return new Origin(
          record.topic(), record.partition(), record.offset(), record.timestamp(), headers, cut);
    }

    /** That of a row that was not written, where it was to be written at a time. */
    public static Origin result(String target, long now) {
      return new Origin(target, NO_PARTITION, -1, now, Map.of(), false);
    }
  }

  /**
   * The dead letter of a row that can't be written.
   *
   * @param target where it was to be written: a topic, or a store and what of it
   * @param now the time, in milliseconds since the epoch
   */
  public static DeadLettered ofRow(
      String job,
      Rejection rejection,
      String message,
      String target,
      long now,
      byte @Nullable [] key,
      byte @Nullable [] value) {
    return of(job, Stage.SINK, rejection, message, Origin.result(target, now), key, value);
  }

  /** The dead letter of a record. */
  public static DeadLettered of(
      String job,
      Stage stage,
      Rejection rejection,
      String message,
      Origin origin,
      byte @Nullable [] key,
      byte @Nullable [] value) {
    int keyBytes = key == null ? 0 : key.length;
    int valueBytes = value == null ? 0 : value.length;
    return new DeadLettered(
        job,
        stage.code(),
        rejection.code(),
        printable(message),
        origin.topic(),
        origin.partition(),
        origin.offset(),
        origin.timestamp(),
        base64(key, DeadLettered.MAX_KEY_BYTES),
        base64(value, DeadLettered.MAX_VALUE_BYTES),
        keyBytes,
        valueBytes,
        origin.headersCut()
            || keyBytes > DeadLettered.MAX_KEY_BYTES
            || valueBytes > DeadLettered.MAX_VALUE_BYTES,
        origin.headers(),
        origin.timestamp(),
        null);
  }

  /**
   * The dead letter of a record that tells where someone was: without payload, and with a message
   * that can't quote any.
   *
   * @param record where the record is, and what is known of it
   */
  public static DeadLettered confidential(
      String job, Stage stage, Rejection rejection, String message, RecordOrigin record) {
    String told =
        stage == Stage.DECODE
            ? "the value is not one JSON object in UTF-8; read it at its offset"
            : message;
    return new DeadLettered(
        job,
        stage.code(),
        rejection.code(),
        printable(told),
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        null,
        null,
        record.keyBytes(),
        record.valueBytes(),
        record.keyBytes() + record.valueBytes() > 0,
        Map.of(),
        record.timestamp(),
        record.sha256());
  }

  /**
   * A letter without what it tells of where someone was, for rows that could not be written. One
   * that is confidential already stays as it is.
   */
  public static DeadLettered confidential(DeadLettered letter) {
    if (letter.sha256() != null) {
      return letter;
    }
    byte @Nullable [] value =
        letter.value() == null ? null : Base64.getDecoder().decode(letter.value());
    return new DeadLettered(
        letter.job(),
        letter.stage(),
        letter.reason(),
        "the row could not be written to " + letter.topic() + "; the log of its server says why",
        letter.topic(),
        letter.partition(),
        letter.offset(),
        letter.timestamp(),
        null,
        null,
        letter.keyBytes(),
        letter.valueBytes(),
        true,
        Map.of(),
        letter.firstSeenAt(),
        RecordOrigin.sha256(value));
  }

  /** Cuts a message to its cap, and replaces what is not Unicode or becomes so by the cut. */
  private static String printable(String message) {
    String kept =
        message.length() > MAX_MESSAGE_CHARS
            ? message.substring(0, MAX_MESSAGE_CHARS) + "..."
            : message;
    return new String(kept.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static @Nullable String base64(byte @Nullable [] bytes, int cap) {
    if (bytes == null) {
      return null;
    }
    byte[] kept = bytes.length > cap ? Arrays.copyOf(bytes, cap) : bytes;
    return Base64.getEncoder().encodeToString(kept);
  }
}
