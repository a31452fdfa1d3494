package io.millrace.schema.codec;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the JSON form of one record type.
 *
 * <p>Decoding is strict. The bytes must be exactly one JSON object in UTF-8; a byte order mark
 * before it is skipped. A component of the record is a required field unless its type is
 * {@code @Nullable}; for that one, {@code null} and a missing field mean the same. Types are never
 * converted: a number in quotes is a wrong type, and so is {@code 1.0} or {@code 1e3} for an
 * integer. Fields that the record does not have are ignored, but still must be well-formed JSON. A
 * field that the record has may occur once. Messages of refusals hold no values of the record.
 *
 * <p>Encoding writes every field, an absent one as {@code null}, and the entries of a map in the
 * order of their keys, so that equal values have equal bytes. It refuses what decoding would
 * refuse.
 *
 * <p>Accepted components: {@code String}, {@code int}, {@code long}, {@code double}, {@code
 * boolean} and their boxes, enums (their names in kebab-case), records, and {@code List} and {@code
 * Map<String, ...>} of those. Annotations narrow them: {@link EventTime}, {@link Range}, {@link
 * MaxLength}, {@link Reserved}, {@link RawJson}.
 *
 * <p>Not safe for use by several threads, {@link #check} excepted.
 *
 * <p><b>Source</b>: RFC 8259 (JSON), ISO 8601 (times).
 */
public final class JsonCodec<T extends Record> {
  /** The largest accepted record, in bytes. */
  public static final int MAX_BYTES = 16 * 1024 * 1024;

  /** The longest accepted string, in characters: no string is longer than its record. */
  public static final int MAX_STRING_LENGTH = MAX_BYTES;

  /** The deepest accepted nesting, ignored fields included. */
  public static final int MAX_DEPTH = 100;

  /** The longest accepted field name, in characters, ignored fields included. */
  public static final int MAX_NAME_LENGTH = 50_000;

  /** The longest accepted number, in digits, ignored fields included. */
  public static final int MAX_NUMBER_LENGTH = 1000;

  /**
   * Field names are not interned, and many that collide do not fail a parse: junk in one record
   * must not cost its neighbours. Parse errors quote next to nothing of the record.
   */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .errorReportConfiguration(
              ErrorReportConfiguration.builder().maxErrorTokenLength(0).build())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING_LENGTH)
                  .maxNameLength(MAX_NAME_LENGTH)
                  .maxNumberLength(MAX_NUMBER_LENGTH)
                  .build())
          .build();

  private final RecordShape<T> shape;
  private final JsonBytes bytes = new JsonBytes();
  private final JsonOutput output = new JsonOutput();
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
   * @throws RejectedException where it states none; stage and reason say why. The stage is {@link
   *     Stage#DECODE} whenever the bytes as a whole are not one JSON object in UTF-8, whatever else
   *     is wrong with them.
   */
  public T decode(byte[] json) throws RejectedException {
    int start = start(json);
    T value = readBytes(json, start);
    if (value == null || bytes.mayBeBeyondAscii()) {
      requireUtf8(json);
    }
    return value != null ? value : parse(json, start);
  }

  /** Where the record begins, in bytes that are not too many. */
  static int start(byte[] json) throws RejectedException {
    if (json.length > MAX_BYTES) {
      throw rejected(
          Rejection.TOO_LARGE, "has " + json.length + " bytes, at most " + MAX_BYTES + " may be");
    }
    return startsWithByteOrderMark(json) ? 3 : 0;
  }

  /** Reads nearly all records, without the parser; null for any other one. */
  @Nullable T readBytes(byte[] json, int start) {
    bytes.reset(json, start);
    T value = shape.read(bytes);
    return value != null && bytes.atEnd() ? value : null;
  }

  /** Reads any record, or says why it is none. */
  T parse(byte[] json, int start) throws RejectedException {
    try (JsonParser parser = FACTORY.createParser(json, start, json.length - start)) {
      return read(parser);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  /**
   * The JSON form of {@code value}, in UTF-8.
   *
   * @throws IllegalArgumentException where {@link #check} refuses the value
   */
  public byte[] encode(T value) {
    output.reset();
    encode(value, output);
    return output.toBytes();
  }

  /**
   * Writes the JSON form of {@code value} after what was written before.
   *
   * @throws IllegalArgumentException where {@link #check} refuses the value; then nothing of it is
   *     written
   */
  public void encode(T value, JsonOutput out) {
    int before = out.length();
    try {
      shape.checkAndWrite(value, out);
    } catch (RejectedException e) {
      out.cut(before);
      throw new IllegalArgumentException(
          shape.type().getSimpleName() + " has no JSON form: " + e.getMessage(), e);
    }
  }

  /**
   * Checks a record made by other means than {@link #decode} against the same rules: required
   * fields, ranges, lengths, valid Unicode, finite numbers.
   *
   * @throws RejectedException where a field breaks one
   */
  public void check(T value) throws RejectedException {
    shape.check(value);
  }

  private T read(JsonParser parser) throws IOException, RejectedException {
    try {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw rejected(Rejection.EMPTY, "expected a JSON object, found nothing");
      }
      if (first != JsonToken.START_OBJECT) {
        throw rejected(Rejection.NOT_AN_OBJECT, "expected a JSON object, found " + named(first));
      }
      T value = readObject(parser);
      requireEnd(parser);
      return value;
    } catch (StreamConstraintsException e) {
      throw parser.getParsingContext().getNestingDepth() > MAX_DEPTH
          ? rejected(Rejection.TOO_DEEP, "nested deeper than " + MAX_DEPTH + " levels")
          : rejected(Rejection.TOO_LONG, e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      // Jackson has an exception type for this, but does not throw it after a comma.
      if (e.getOriginalMessage().startsWith("Unexpected end-of-input")) {
        throw rejected(Rejection.TRUNCATED, "the JSON ends in the middle");
      }
      throw rejected(
          Rejection.NOT_JSON,
          "not JSON near byte "
              + parser.currentLocation().getByteOffset()
              + ": "
              + e.getOriginalMessage());
    }
  }

  /** Reads the object to its end even where a field is refused: it may prove not to be JSON. */
  private T readObject(JsonParser parser) throws IOException, RejectedException {
    try {
      return shape.read(parser);
    } catch (RejectedException e) {
      while (!parser.getParsingContext().inRoot()) {
        parser.nextToken();
      }
      requireEnd(parser);
      throw e;
    }
  }

  private static void requireEnd(JsonParser parser) throws IOException, RejectedException {
    boolean atEnd;
    try {
      atEnd = parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      atEnd = false;
    }
    if (!atEnd) {
      throw rejected(Rejection.TRAILING_CONTENT, "expected nothing after the JSON object");
    }
  }

  /** Jackson takes overlong sequences and encoded surrogates for characters. */
  void requireUtf8(byte[] json) throws RejectedException {
    if (isAscii(json)) {
      return;
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

  /** Eight bytes at a time: nearly all records are, and the decoder takes ten times as long. */
  private static boolean isAscii(byte[] json) {
    int i = 0;
    for (; i <= json.length - Long.BYTES; i += Long.BYTES) {
      if (((long) ByteCursor.LONGS.get(json, i) & ByteCursor.HIGH_BITS) != 0) {
        return false;
      }
    }
    for (; i < json.length; i++) {
      if (json[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean startsWithByteOrderMark(byte[] json) {
    return json.length >= 3
        && json[0] == (byte) 0xEF
        && json[1] == (byte) 0xBB
        && json[2] == (byte) 0xBF;
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
