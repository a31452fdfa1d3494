package io.millrace.local.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.Topic;
import io.millrace.schema.Topic.Cleanup;
import io.millrace.schema.codec.EventTimes;
import io.millrace.schema.codec.RawLine;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.OptionalLong;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of a topic. Of a topic of raw lines, {@code line} is the value, {@code source} a
 * header and the key, and {@code at} the timestamp; what is no such object goes as it is.
 */
final class TopicRecords {
  private final Topic<?> topic;
  private final KeyReader keys;
  private final @Nullable String source;

  /**
   * Records of a topic.
   *
   * @param source of raw lines that name none; null for none
   */
  TopicRecords(Topic<?> topic, @Nullable String source) {
    this.topic = topic;
    this.keys = new KeyReader(topic);
    this.source = source;
  }

  /** The record of a row, which is JSON unless it is unreadable. */
  ProducerRecord<byte[], byte[]> of(byte[] row) {
    if (!topic.isRaw()) {
      byte[] key = keys.key(row);
      // A compacted topic takes no record without a key, not even an unreadable one.
      boolean needsKey = key == null && topic.cleanup() == Cleanup.COMPACT;
      return new ProducerRecord<>(topic.name(), needsKey ? new byte[0] : key, row);
    }
    String text = RowReader.text(row);
    JsonNode object = text == null ? null : read(text);
    JsonNode line = object == null ? null : object.get("line");
    if (object == null || line == null || !line.isTextual()) {
      return ofLine(row);
    }
    JsonNode named = object.get("source");
    JsonNode from = named == null || named.isNull() ? null : named;
    JsonNode at = object.get("at");
    OptionalLong time = time(at);
    boolean isRow =
        (from == null || from.isTextual()) && (at == null || at.isNull() || time.isPresent());
    byte[] bytes = isRow ? RowReader.bytes(line.textValue()) : null;
    return bytes == null
        ? ofLine(row)
        : raw(
            from == null ? source : from.textValue(),
            time.isPresent() ? time.getAsLong() : null,
            bytes);
  }

  /** The record of a line, as it is in a log. */
  ProducerRecord<byte[], byte[]> ofLine(byte[] line) {
    return raw(source, null, line);
  }

  private ProducerRecord<byte[], byte[]> raw(
      @Nullable String from, @Nullable Long timestamp, byte[] line) {
    byte[] name = from == null ? null : from.getBytes(StandardCharsets.UTF_8);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic.name(), null, timestamp, name, line);
    if (name != null) {
      record.headers().add(RawLine.SOURCE_HEADER, name);
    }
    return record;
  }

  private static @Nullable JsonNode read(String text) {
    try {
      JsonNode read = TopicFields.STRICT.readTree(text);
      return read != null && read.isObject() ? read : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Milliseconds since the epoch, or ISO-8601 with an offset, as every topic takes them. */
  private static OptionalLong time(@Nullable JsonNode at) {
    if (at != null && at.isIntegralNumber() && at.canConvertToLong() && at.longValue() >= 0) {
      return OptionalLong.of(at.longValue());
    }
    if (at == null || !at.isTextual()) {
      return OptionalLong.empty();
    }
    try {
      long millis = EventTimes.millis(at.textValue());
      return millis < 0 ? OptionalLong.empty() : OptionalLong.of(millis);
    } catch (DateTimeException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }
}
