package io.millrace.operator.logs;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line as it came in.
 *
 * @param source what it is a log of; empty where it doesn't say
 * @param topic where it came from
 * @param partition its partition
 * @param offset its place there
 * @param timestamp when it came in, in milliseconds since the epoch
 * @param key its key, only to be passed on; null for none
 * @param value its bytes; null for none
 * @param headers its headers, only to be passed on
 * @param headersCut whether there are more of them
 */
@SuppressWarnings("ArrayRecordComponent") // A message: written, read and never compared.
public record LogLine(
    String source,
    String topic,
    int partition,
    long offset,
    long timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    Map<String, String> headers,
    boolean headersCut) {

  /** Lines with the same are in the order of their offsets: topic, partition and source. */
  public String stream() {
    return topic + "\u0000" + partition + "\u0000" + source;
  }

  /** The same line with other bytes. */
  LogLine withValue(byte[] bytes) {
    return new LogLine(
        source, topic, partition, offset, timestamp, key, bytes, headers, headersCut);
  }
}
