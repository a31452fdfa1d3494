package io.millrace.connector.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.millrace.schema.codec.Rejection;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Objects of JSON. A field has the text of its value as it is written: numbers keep their digits,
 * objects and arrays are JSON, null is absent. A field that comes twice is refused.
 *
 * <p><b>Space</b>: the largest row.
 */
final class JsonRows implements RowSource {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final RowBytes bytes;

  JsonRows(RowBytes bytes) {
    this.bytes = bytes;
  }

  @Override
  public @Nullable Row next() throws IOException {
    byte[] raw = bytes.next();
    if (raw == null) {
      return null;
    }
    if (bytes.isCut()) {
      return Row.refused(Rejection.TOO_LARGE, "the row is larger than --max-row", raw);
    }
    String text = Texts.utf8(raw);
    if (text == null) {
      return Row.refused(Rejection.NOT_UTF8, "the row is not UTF-8", raw);
    }
    try (JsonParser parser = JSON.createParser(text)) {
      return row(parser, text, raw);
    } catch (JsonProcessingException e) {
      return Row.refused(rejection(e), e.getOriginalMessage(), raw);
    }
  }

  private static Row row(JsonParser parser, String text, byte[] raw) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return Row.refused(Rejection.EMPTY, "there is nothing in the row", raw);
    }
    if (first != JsonToken.START_OBJECT) {
      return Row.refused(Rejection.NOT_AN_OBJECT, "the row is not an object", raw);
    }
    Map<String, String> fields = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value.isStructStart()) {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        fields.put(name, text.substring(start, (int) parser.currentLocation().getCharOffset()));
      } else if (value != JsonToken.VALUE_NULL) {
        fields.put(name, parser.getText());
      }
    }
    if (parser.nextToken() != null) {
      return Row.refused(Rejection.TRAILING_CONTENT, "there is more after the object", raw);
    }
    return Texts.row(fields, raw);
  }

  private static Rejection rejection(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) {
      return String.valueOf(e.getMessage()).contains("nesting depth")
          ? Rejection.TOO_DEEP
          : Rejection.TOO_LONG;
    } else if (e instanceof JsonEOFException) {
      return Rejection.TRUNCATED;
    }
    return String.valueOf(e.getMessage()).startsWith("Duplicate field")
        ? Rejection.DUPLICATE_FIELD
        : Rejection.NOT_JSON;
  }

  @Override
  public long position() {
    return bytes.position();
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
