package io.millrace.local.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.undertow.util.StatusCodes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Makes records of the body of a request. Lines are the bytes between line feeds, without a
 * carriage return at their end; blank ones are left out. Of JSON each element of an array, or each
 * value that stands by itself, is a record: a text is a line, anything else the bytes that it was
 * written in.
 *
 * <p><b>Space</b>: twice the unpacked body, which is taken from the request's share first.
 */
final class BodyReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int CHUNK_BYTES = 16 * 1024;

  /** Lines that are all alike shrink by more, but nothing that says anything does. */
  private static final int MAX_RATIO = 200;

  private static final int RATIO_FREE_BYTES = 64 * 1024;

  private final int bodyBytes;
  private final int lineBytes;

  BodyReader(IntakeSettings.Limits limits) {
    this.bodyBytes = limits.bodyBytes();
    this.lineBytes = limits.lineBytes();
  }

  /** How the body is made up. */
  enum Form {
    LINES,
    JSON,
    ONE;

    /** The form that a {@code Content-Type} stands for; lines, where none is known. */
    static Form of(String contentType) {
      String type = contentType.replaceFirst(";.*", "").strip();
      if (type.equalsIgnoreCase("application/json")) {
        return JSON;
      }
      return type.equalsIgnoreCase("application/octet-stream")
              || type.equalsIgnoreCase("avro/binary")
          ? ONE
          : LINES;
    }
  }

  /**
   * Unpacks a body.
   *
   * @throws RefusedException where it is too large, or no gzip
   */
  byte[] unpack(byte[] packed, ByteBudget.Share share) throws RefusedException {
    long limit = Math.max(RATIO_FREE_BYTES, (long) packed.length * MAX_RATIO);
    ByteArrayOutputStream all = new ByteArrayOutputStream(CHUNK_BYTES);
    byte[] chunk = new byte[CHUNK_BYTES];
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        if (all.size() + (long) read > bodyBytes) {
          throw tooLarge("the unpacked body", bodyBytes);
        }
        if (all.size() + (long) read > limit) {
          throw new RefusedException(
              StatusCodes.REQUEST_ENTITY_TOO_LARGE,
              "the body is packed by more than " + MAX_RATIO + " to 1");
        }
        // The array of the stream doubles, and is copied at the end.
        take(share, 2L * read);
        all.write(chunk, 0, read);
      }
    } catch (IOException e) {
      throw new RefusedException(
          StatusCodes.BAD_REQUEST, "the body is no gzip: " + e.getMessage(), e);
    }
    return all.toByteArray();
  }

  /**
   * The records of a body.
   *
   * @throws RefusedException where one is too long, or JSON is none
   */
  List<byte[]> records(Form form, byte[] body, ByteBudget.Share share) throws RefusedException {
    take(share, body.length);
    List<byte[]> records =
        switch (form) {
          case LINES -> lines(body);
          case JSON -> values(body);
          case ONE -> body.length == 0 ? List.of() : List.of(body);
        };
    // An object of Java for each record, in the producer too.
    take(share, 128L * records.size());
    for (byte[] each : records) {
      if (each.length > lineBytes) {
        throw tooLarge("a line", lineBytes);
      }
    }
    return records;
  }

  private static List<byte[]> lines(byte[] body) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    while (start < body.length) {
      int end = start;
      while (end < body.length && body[end] != '\n') {
        end++;
      }
      int last = end > start && body[end - 1] == '\r' ? end - 1 : end;
      if (last > start) {
        lines.add(Arrays.copyOfRange(body, start, last));
      }
      start = end + 1;
    }
    return lines;
  }

  private static List<byte[]> values(byte[] body) throws RefusedException {
    List<byte[]> values = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(body)) {
      boolean inArray = false;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.START_ARRAY && !inArray) {
          inArray = true;
        } else if (token == JsonToken.END_ARRAY) {
          inArray = false;
        } else {
          values.add(value(parser, token, body));
        }
      }
      return values;
    } catch (JsonProcessingException e) {
      throw new RefusedException(
          StatusCodes.BAD_REQUEST, "the body is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new RefusedException(StatusCodes.BAD_REQUEST, "the body is not in UTF-8", e);
    }
  }

  private static byte[] value(JsonParser parser, JsonToken token, byte[] body) throws IOException {
    long start = parser.currentTokenLocation().getByteOffset();
    if (start < 0) {
      throw new CharacterCodingException();
    }
    if (token == JsonToken.VALUE_STRING) {
      ByteBuffer text =
          StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(parser.getText()));
      return Arrays.copyOfRange(text.array(), text.arrayOffset(), text.limit());
    }
    if (token.isStructStart()) {
      parser.skipChildren();
    } else {
      return parser.getText().getBytes(StandardCharsets.UTF_8);
    }
    int end = Math.toIntExact(parser.currentLocation().getByteOffset());
    return Arrays.copyOfRange(body, Math.toIntExact(start), end);
  }

  private static void take(ByteBudget.Share share, long bytes) throws RefusedException {
    if (!share.fits(bytes)) {
      throw new RefusedException(
          StatusCodes.REQUEST_ENTITY_TOO_LARGE, "the body holds too many records; send fewer");
    }
    if (!share.take(bytes)) {
      throw new RefusedException(StatusCodes.TOO_MANY_REQUESTS, IntakeServer.BUSY);
    }
  }

  private static RefusedException tooLarge(String what, int limit) {
    return new RefusedException(
        StatusCodes.REQUEST_ENTITY_TOO_LARGE, what + " has more than " + limit + " bytes");
  }
}
