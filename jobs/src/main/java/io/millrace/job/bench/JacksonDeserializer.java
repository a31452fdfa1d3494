package io.millrace.job.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.schema.web.RequestServed;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a request with Jackson's streaming parser and nothing else, as one would by hand for this
 * one type: no check beyond JSON's own, no dead letters.
 */
final class JacksonDeserializer implements KafkaRecordDeserializationSchema<RequestServed> {
  private static final long serialVersionUID = 1L;
  private static final JsonFactory FACTORY = new JsonFactory();

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RequestServed> out)
      throws IOException {
    out.collect(decode(record.value()));
  }

  @Override
  public TypeInformation<RequestServed> getProducedType() {
    return TypeInformation.of(RequestServed.class);
  }

  static RequestServed decode(byte[] json) throws IOException {
    long at = 0;
    String client = "";
    String path = "";
    String method = null;
    String url = null;
    Integer status = null;
    Long bytes = null;
    String referrer = null;
    String userAgent = null;
    try (JsonParser parser = FACTORY.createParser(json)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        switch (name) {
          case "at" -> at = parser.getLongValue();
          case "client" -> client = parser.getText();
          case "path" -> path = parser.getText();
          case "method" -> method = text(parser, value);
          case "url" -> url = text(parser, value);
          case "status" -> status = value == JsonToken.VALUE_NULL ? null : parser.getIntValue();
          case "bytes" -> bytes = value == JsonToken.VALUE_NULL ? null : parser.getLongValue();
          case "referrer" -> referrer = text(parser, value);
          case "userAgent" -> userAgent = text(parser, value);
          default -> parser.skipChildren();
        }
      }
    }
    return new RequestServed(at, client, path, method, url, status, bytes, referrer, userAgent);
  }

  private static @Nullable String text(JsonParser parser, JsonToken value) throws IOException {
    return value == JsonToken.VALUE_NULL ? null : parser.getText();
  }
}
