package io.millrace.schema.avro;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes the Avro form of one record type, in single-object encoding: two bytes of a
 * mark, the fingerprint of the schema that it was written by, and the value.
 *
 * <p>A value of any known schema, older or newer, is read as the type has it now; then it must be
 * what {@link JsonCodec} takes. Whatever the bytes are, what is made of them is in proportion to
 * their number, and refusals tell at which byte.
 *
 * <p>Not safe for use by several threads.
 *
 * <p><b>Source</b>: Apache Avro 1.12, specification.
 */
public final class AvroCodec<T extends Record> {
  private static final byte[] MARK = {(byte) 0xC3, 0x01};
  private static final int HEADER_BYTES = MARK.length + Long.BYTES;
  private static final JsonFactory JSON = new JsonFactory();
  private static final JsonMapper MAPPER = new JsonMapper();

  private final JsonCodec<T> json;
  private final AvroSchema schema;
  private final Map<Long, AvroResolver.Step> writers = new HashMap<>();

  private AvroCodec(Class<T> type, List<AvroSchema> written) {
    this.json = JsonCodec.of(type);
    this.schema = AvroSchema.parse(AvroSchemas.of(type).toString());
    writers.put(schema.fingerprint(), AvroResolver.of(schema, schema));
    for (AvroSchema writer : written) {
      writers.put(writer.fingerprint(), AvroResolver.of(writer, schema));
    }
  }

  /**
   * A codec for a type.
   *
   * @param written the schemas that values may have been written by, beside that of the type
   * @throws IllegalArgumentException where the type has no Avro form, or values of a schema can't
   *     be values of the type
   */
  public static <T extends Record> AvroCodec<T> of(Class<T> type, List<AvroSchema> written) {
    return new AvroCodec<>(type, written);
  }

  /** Whether bytes begin as this form does, and as no text does. */
  public static boolean isMarked(byte[] bytes) {
    return bytes.length >= MARK.length && bytes[0] == MARK[0] && bytes[1] == MARK[1];
  }

  /**
   * The record that the bytes state.
   *
   * @throws RejectedException where they state none; stage and reason say why
   */
  public T decode(byte[] bytes) throws RejectedException {
    if (bytes.length > JsonCodec.MAX_BYTES) {
      throw rejected(Rejection.TOO_LARGE, "has more than " + JsonCodec.MAX_BYTES + " bytes");
    }
    if (!isMarked(bytes)) {
      throw rejected(Rejection.NOT_AVRO, "does not begin with the mark of Avro's single objects");
    }
    if (bytes.length < HEADER_BYTES) {
      throw rejected(Rejection.TRUNCATED, "ends before the fingerprint of its schema does");
    }
    long fingerprint = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(MARK.length);
    AvroResolver.Step writer = writers.get(fingerprint);
    if (writer == null) {
      throw rejected(
          Rejection.UNKNOWN_SCHEMA,
          String.format("was written by a schema that is not known here: %016x", fingerprint));
    }
    return json.decode(json(writer, new AvroBytes(bytes, HEADER_BYTES)));
  }

  /**
   * The Avro form of {@code value}.
   *
   * @throws IllegalArgumentException where {@link JsonCodec#encode} refuses the value
   */
  public byte[] encode(T value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    out.writeBytes(MARK);
    out.writeBytes(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(schema.fingerprint())
            .array());
    try {
      new AvroWriter(out).write(MAPPER.readTree(json.encode(value)), schema);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
    return out.toByteArray();
  }

  private static byte[] json(AvroResolver.Step writer, AvroBytes in) throws RejectedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = JSON.createGenerator(out)) {
      writer.read(in, generator);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    if (in.remaining() > 0) {
      throw rejected(
          Rejection.TRAILING_CONTENT, in.remaining() + " bytes are left over after the record");
    }
    return out.toByteArray();
  }

  private static RejectedException rejected(Rejection rejection, String message) {
    return new RejectedException(Stage.DECODE, rejection, message);
  }
}
