package io.millrace.schema.lane;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record that a job refused, with everything needed to find it again and to replay it.
 *
 * @param job name of the job that refused it
 * @param stage decode, validate, time or sink
 * @param reason code of the reason, in kebab-case
 * @param message what was expected and what came, for people
 * @param topic where the record came from
 * @param partition partition of that topic
 * @param offset offset in that partition
 * @param timestamp the Kafka record's timestamp, in milliseconds since the epoch
 * @param key first 4 KiB of the key in base64; null where the record has none
 * @param value first 64 KiB of the value in base64; null for a tombstone
 * @param keyBytes full size of the key in bytes
 * @param valueBytes full size of the value in bytes
 * @param truncated whether key, value or headers were cut
 * @param headers header name to its text; of a repeated name the last one
 * @param firstSeenAt equals {@code timestamp}, so that a replay gives the same letter
 * @param sha256 SHA-256 of the value in hexadecimal, where the letter carries neither key nor value
 *     nor headers since they tell where someone was; else null
 */
public record DeadLettered(
    String job,
    String stage,
    String reason,
    String message,
    String topic,
    int partition,
    long offset,
    long timestamp,
    @Nullable String key,
    @Nullable String value,
    int keyBytes,
    int valueBytes,
    boolean truncated,
    Map<String, String> headers,
    long firstSeenAt,
    @Nullable String sha256) {

  /** How much of a key is kept, in bytes. */
  public static final int MAX_KEY_BYTES = 4 * 1024;

  /** How much of a value is kept, in bytes. */
  public static final int MAX_VALUE_BYTES = 64 * 1024;

  /** How much of all headers together is kept, in characters. */
  public static final int MAX_HEADER_CHARS = 4 * 1024;
}
