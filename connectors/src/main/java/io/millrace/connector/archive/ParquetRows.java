package io.millrace.connector.archive;

import io.millrace.schema.avro.AvroSchemas;
import java.io.IOException;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.formats.parquet.ParquetWriterFactory;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Writes elements as rows of Parquet files.
 *
 * @param type of the rows
 * @param row the row of an element
 */
record ParquetRows<T, R extends Record>(Class<R> type, SerializableFunction<T, R> row)
    implements BulkWriter.Factory<T> {
  private static final long serialVersionUID = 1L;

  /**
   * Checks the type.
   *
   * @throws IllegalArgumentException where it has no Avro form
   */
  ParquetRows {
    var unused = AvroSchemas.of(type);
  }

  @Override
  public BulkWriter<T> create(FSDataOutputStream out) throws IOException {
    AvroRows<R> rows = new AvroRows<>(type);
    BulkWriter<GenericRecord> records =
        new ParquetWriterFactory<GenericRecord>(file -> ParquetFiles.writer(file, rows.schema()))
            .create(out);
    return new BulkWriter<>() {
      @Override
      public void addElement(T element) throws IOException {
        records.addElement(rows.record(row.apply(element)));
      }

      @Override
      public void flush() throws IOException {
        records.flush();
      }

      @Override
      public void finish() throws IOException {
        records.finish();
      }
    };
  }
}
