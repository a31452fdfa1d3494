package io.millrace.local.dashboard;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Optional;

/** JSON as frames hold it: on one line, and well-formed whatever a topic held. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** A text as a JSON string. */
  static String quoted(String text) {
    return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  /** The JSON value that these bytes are, without white space; empty where they are none. */
  static Optional<String> compact(byte[] bytes) {
    StringWriter text = new StringWriter(bytes.length);
    try (JsonParser parser = FACTORY.createParser(bytes);
        JsonGenerator generator = FACTORY.createGenerator(text)) {
      int values = 0;
      int depth = 0;
      while (parser.nextToken() != null) {
        JsonToken token = parser.currentToken();
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        values += depth == 0 ? 1 : 0;
        if (values > 1) {
          return Optional.empty();
        }
        generator.copyCurrentEventExact(parser);
      }
      generator.flush();
      return values == 1 ? Optional.of(text.toString()) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
