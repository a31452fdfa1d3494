package io.millrace.schema.avro;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.avro.AvroSchema.Field;
import io.millrace.schema.avro.AvroSchema.Fields;
import io.millrace.schema.avro.AvroSchema.Items;
import io.millrace.schema.avro.AvroSchema.Primitive;
import io.millrace.schema.avro.AvroSchema.Union;
import io.millrace.schema.avro.AvroSchema.Values;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes JSON in Avro's binary form, by the schemas that {@link AvroSchemas#of} makes. */
final class AvroWriter {
  private final ByteArrayOutputStream out;

  AvroWriter(ByteArrayOutputStream out) {
    this.out = out;
  }

  void write(JsonNode value, AvroSchema schema) {
    if (schema instanceof Primitive primitive) {
      write(value, primitive);
    } else if (schema instanceof Union union) {
      // Null is the first branch, and there are two.
      writeLong(value.isNull() ? 0 : 1);
      write(value, union.branches().get(value.isNull() ? 0 : 1));
    } else if (schema instanceof Fields record) {
      for (Field field : record.fields()) {
        write(value.path(field.name()), field.schema());
      }
    } else if (schema instanceof Items items) {
      writeCount(value.size());
      value.forEach(each -> write(each, items.item()));
      writeLong(0);
    } else if (schema instanceof Values values) {
      writeCount(value.size());
      for (Map.Entry<String, JsonNode> each : value.properties()) {
        writeString(each.getKey());
        write(each.getValue(), values.value());
      }
      writeLong(0);
    } else {
      throw new IllegalArgumentException("no record has a " + AvroResolver.kind(schema));
    }
  }

  private void write(JsonNode value, Primitive schema) {
    switch (schema.kind()) {
      case NULL -> {}
      case BOOLEAN -> out.write(value.booleanValue() ? 1 : 0);
      case INT, LONG -> writeLong(value.longValue());
      case DOUBLE ->
          out.writeBytes(
              ByteBuffer.allocate(Double.BYTES)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putDouble(value.doubleValue())
                  .array());
      case STRING -> writeString(value.textValue());
      default -> throw new IllegalArgumentException("no record has a " + AvroResolver.kind(schema));
    }
  }

  private void writeCount(int count) {
    if (count > 0) {
      writeLong(count);
    }
  }

  private void writeString(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    writeLong(utf8.length);
    out.writeBytes(utf8);
  }

  private void writeLong(long value) {
    long rest = (value << 1) ^ (value >> (Long.SIZE - 1));
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
