package io.millrace.local.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.schema.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Finds the Kafka key of a record: the text of its topic's key field. */
public final class KeyReader {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final @Nullable String field;

  /** Of the records of {@code topic}. */
  public KeyReader(Topic<?> topic) {
    this.field = topic.keyField();
  }

  /** The key, or null where the topic has none, or where {@code json} is unreadable or lacks it. */
  public byte @Nullable [] key(byte[] json) {
    if (field == null) {
      return null;
    }
    try (JsonParser parser = FACTORY.createParser(json)) {
      String key = null;
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        if (!name.equals(field)) {
          parser.skipChildren();
        } else if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
          key = parser.getText();
        } else {
          return null;
        }
      }
      return key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      return null;
    }
  }
}
