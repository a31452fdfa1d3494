package io.millrace.schema.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes the JSON form of one record type.
 *
 * <p>Decoding is strict. The bytes must be exactly one JSON object in UTF-8. A component of the
 * record is a required field unless its type is {@code @Nullable}; for that one, {@code null} and a
 * missing field mean the same. Types are never converted: a number in quotes is a wrong type.
 * Fields that the record does not have are ignored, but still must be well-formed JSON. A field
 * that the record has may occur once. Encoding writes every field, an absent one as {@code null}.
 *
 * <p>Accepted components: {@code String}, {@code int}, {@code long}, {@code double}, {@code
 * boolean} and their boxes, enums (their names in kebab-case), records, and {@code List} and {@code
 * Map<String, ...>} of those. Annotations narrow them: {@link EventTime}, {@link Range}, {@link
 * MaxLength}, {@link RawJson}.
 *
 * <p>Not safe for use by several threads.
 *
 * <p><b>Source</b>: RFC 8259 (JSON), RFC 3339 and ISO 8601 (times).
 */
public final class JsonCodec<T extends Record> {
  /** The deepest accepted nesting, ignored fields included. */
  public static final int MAX_DEPTH = 100;

  /** The longest accepted string, in characters, ignored fields included. */
  public static final int MAX_STRING_LENGTH = 16 * 1024 * 1024;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING_LENGTH)
                  .build())
          .build();

  private final RecordShape<T> shape;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final CharBuffer scratch = CharBuffer.allocate(2048);

  private JsonCodec(RecordShape<T> shape) {
    this.shape = shape;
  }

  /**
   * A codec for {@code type}.
   *
   * @throws IllegalArgumentException where a component has a type that JSON has no form for here
   */
  public static <T extends Record> JsonCodec<T> of(Class<T> type) {
    return new JsonCodec<>(RecordShape.of(type));
  }

  /**
   * The record that {@code json} states.
   *
   * @throws RejectedException where it states none; stage and reason say why
   */
  public T decode(byte[] json) throws RejectedException {
    requireUtf8(json);
    try (JsonParser parser = FACTORY.createParser(json)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw rejected(Rejection.EMPTY, "expected a JSON object, found nothing");
      }
      if (first != JsonToken.START_OBJECT) {
        throw rejected(Rejection.NOT_AN_OBJECT, "expected a JSON object, found " + named(first));
      }
      T value = shape.read(parser);
      if (parser.nextToken() != null) {
        throw rejected(Rejection.TRAILING_CONTENT, "expected nothing after the JSON object");
      }
      return value;
    } catch (JsonEOFException e) {
      throw rejected(Rejection.TRUNCATED, "the JSON ends in the middle: " + e.getOriginalMessage());
    } catch (StreamConstraintsException e) {
      throw rejected(Rejection.TOO_DEEP, e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      throw rejected(Rejection.NOT_JSON, e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  /**
   * The JSON form of {@code value}, in UTF-8.
   *
   * @throws IllegalArgumentException where a string is not valid Unicode or a number not finite
   */
  public byte[] encode(T value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
      shape.write(value, generator);
    } catch (IOException e) {
      throw new IllegalArgumentException("not to be written as JSON: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  /**
   * Jackson takes overlong and surrogate sequences for characters, and bytes with zeros among the
   * first two for UTF-16 or UTF-32, so the encoding is checked before it sees them.
   */
  private void requireUtf8(byte[] json) throws RejectedException {
    if (json.length > 1 && (json[0] == 0 || json[1] == 0)) {
      throw rejected(Rejection.NOT_JSON, "found a zero byte where JSON starts");
    }
    ByteBuffer bytes = ByteBuffer.wrap(json);
    utf8.reset();
    CoderResult result;
    do {
      scratch.clear();
      result = utf8.decode(bytes, scratch, true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw rejected(Rejection.NOT_UTF8, "not UTF-8 at byte " + bytes.position());
    }
  }

  static String named(JsonToken token) {
    return switch (token) {
      case START_ARRAY -> "an array";
      case START_OBJECT -> "an object";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a number with a fraction or an exponent";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> token.asString();
    };
  }

  private static RejectedException rejected(Rejection rejection, String message) {
    return new RejectedException(Stage.DECODE, rejection, message);
  }
}
