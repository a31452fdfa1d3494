package io.millrace.connector.lane;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Where a record is in Kafka, and by what it can be told from another without saying what it holds.
 *
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset
 * @param timestamp the record's timestamp, in milliseconds since the epoch
 * @param keyBytes size of its key
 * @param valueBytes size of its value
 * @param sha256 SHA-256 of its value, of nothing where it has none, in hexadecimal
 */
public record RecordOrigin(
    String topic,
    int partition,
    long offset,
    long timestamp,
    int keyBytes,
    int valueBytes,
    String sha256) {
  private static final String SEPARATOR = " ";
  private static final int PARTS = 7;

  /** That of a record of Kafka. */
  public static RecordOrigin of(ConsumerRecord<byte[], byte[]> record) {
    return new RecordOrigin(
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        length(record.key()),
        length(record.value()),
        sha256(record.value()));
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** SHA-256 of the bytes, of nothing where there are none, in hexadecimal. */
  static String sha256(byte @Nullable [] bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(bytes == null ? new byte[0] : bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** All of it as one text, for operators that only pass it on. */
  public String text() {
    return String.join(
        SEPARATOR,
        topic,
        Integer.toString(partition),
        Long.toString(offset),
        Long.toString(timestamp),
        Integer.toString(keyBytes),
        Integer.toString(valueBytes),
        sha256);
  }

  /**
   * What {@link #text()} was made of.
   *
   * @throws IllegalArgumentException where it was made of nothing such
   */
  public static RecordOrigin parse(String text) {
    String[] parts = text.split(SEPARATOR, -1);
    if (parts.length != PARTS) {
      throw new IllegalArgumentException(
          "no origin of a record: it has " + parts.length + " parts");
    }
    return new RecordOrigin(
        parts[0],
        Integer.parseInt(parts[1]),
        Long.parseLong(parts[2]),
        Long.parseLong(parts[3]),
        Integer.parseInt(parts[4]),
        Integer.parseInt(parts[5]),
        parts[6]);
  }
}
