package io.millrace.job.logs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineFault;
import io.millrace.operator.logs.LineDecoder;
import io.millrace.schema.avro.AvroCodec;
import io.millrace.schema.avro.AvroSchemas;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.logs.LogEntryWritten;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a JSON object of a log's record in Avro, with its further fields beside the others. */
final class AvroLines implements LineDecoder {
  private static final long serialVersionUID = 1L;
  private static final JsonFactory JSON = new JsonFactory();

  /** The name of the schemas that such records may have been written by. */
  static final String SCHEMAS = "log-entry";

  private transient @Nullable AvroCodec<LogEntryWritten> codec;

  @Override
  public byte[] line(byte[] value) throws LineException {
    if (!AvroCodec.isMarked(value)) {
      return value;
    }
    AvroCodec<LogEntryWritten> known = codec;
    if (known == null) {
      known = AvroCodec.of(LogEntryWritten.class, AvroSchemas.known(SCHEMAS));
      codec = known;
    }
    try {
      return json(known.decode(value));
    } catch (RejectedException e) {
      throw new LineException(fault(e), "the record in Avro " + e.getMessage());
    }
  }

  private static byte[] json(LogEntryWritten entry) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("at", entry.at());
      write(json, "level", entry.level());
      write(json, "message", entry.message());
      write(json, "service", entry.service());
      write(json, "host", entry.host());
      write(json, "traceId", entry.traceId());
      write(json, "logger", entry.logger());
      write(json, "thread", entry.thread());
      for (Map.Entry<String, String> field : entry.fields().entrySet()) {
        write(json, field.getKey(), field.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private static LineFault fault(RejectedException e) {
    return switch (e.rejection()) {
      case UNKNOWN_SCHEMA -> LineFault.UNKNOWN_SCHEMA;
      case NOT_UTF8 -> LineFault.NOT_UTF8;
      case TOO_LARGE, TOO_LONG -> LineFault.TOO_LARGE;
      case DUPLICATE_FIELD -> LineFault.DUPLICATE_FIELD;
      default -> LineFault.NOT_AVRO;
    };
  }
}
