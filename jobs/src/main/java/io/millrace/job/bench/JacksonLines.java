package io.millrace.job.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.ParsedLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects that programs log with Jackson's streaming parser and nothing else, as one would by
 * hand for the names of this load: no check beyond JSON's own. What is no JSON is passed over.
 */
final class JacksonLines implements KafkaRecordDeserializationSchema<ParsedLine> {
  private static final long serialVersionUID = 1L;
  private static final JsonFactory FACTORY = new JsonFactory();

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<ParsedLine> out) {
    ParsedLine line = decode(record.value());
    if (line != null) {
      out.collect(line);
    }
  }

  @Override
  public TypeInformation<ParsedLine> getProducedType() {
    return TypeInformation.of(ParsedLine.class);
  }

  /** What an object says; null where the bytes are none. */
  static @Nullable ParsedLine decode(byte[] json) {
    long at = 0;
    LogLevel level = null;
    String service = null;
    String host = null;
    String message = "";
    String traceId = null;
    Map<String, String> fields = new LinkedHashMap<>();
    try (JsonParser parser = FACTORY.createParser(json)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        switch (name) {
          case "time" -> at = Instant.parse(parser.getText()).toEpochMilli();
          case "level" -> level = LogLevel.valueOf(parser.getText());
          case "service" -> service = parser.getText();
          case "host" -> host = parser.getText();
          case "message" -> message = parser.getText();
          case "traceId" -> traceId = parser.getText();
          default -> fields.put(name, text(json, parser, value));
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT) {
        return null;
      }
    } catch (IOException e) {
      return null;
    }
    return new ParsedLine(at, level, service, host, message, fields, traceId);
  }

  private static String text(byte[] json, JsonParser parser, JsonToken value) throws IOException {
    if (!value.isStructStart()) {
      return parser.getText();
    }
    int start = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    int end = (int) parser.currentLocation().getByteOffset();
    return new String(json, start, end - start, StandardCharsets.UTF_8);
  }

  /** A number in which every part of a line takes part, as cheap as can be. */
  static long checksum(ParsedLine line) {
    LogLevel level = line.level();
    long sum =
        line.at()
            + (level == null ? 0 : level.name().length())
            + length(line.service())
            + length(line.host())
            + line.message().length()
            + length(line.traceId());
    for (Map.Entry<String, String> field : line.fields().entrySet()) {
      sum += field.getKey().length() + field.getValue().length();
    }
    return sum;
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
