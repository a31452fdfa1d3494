package io.millrace.connector.archive;

import io.millrace.schema.avro.AvroCodec;
import io.millrace.schema.avro.AvroSchemas;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;

/**
 * Makes Avro's records of rows of one type, by the bytes that both know. Not safe for use by
 * several threads.
 *
 * @param <R> type of the rows
 */
final class AvroRows<R extends Record> {
  private final Schema schema;
  private final AvroCodec<R> codec;
  private final BinaryMessageDecoder<GenericRecord> decoder;

  /**
   * Records of the schema that a type has.
   *
   * @throws IllegalArgumentException where it has no Avro form
   */
  AvroRows(Class<R> type) {
    this.schema = new Schema.Parser().parse(AvroSchemas.of(type).toString());
    this.codec = AvroCodec.of(type, List.of());
    this.decoder = new BinaryMessageDecoder<>(GenericData.get(), schema);
  }

  Schema schema() {
    return schema;
  }

  GenericRecord record(R row) throws IOException {
    return decoder.decode(codec.encode(row));
  }
}
