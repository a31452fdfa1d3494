package io.millrace.connector.archive;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.avro.AvroWriteSupport;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;

/**
 * Parquet files of Avro records, without any of Hadoop: its configuration and codecs have others in
 * their place.
 *
 * <p><b>Source</b>: Apache Parquet's file format, version 1; pages are compressed with Zstandard.
 * <b>Space</b>: a file that is written holds a row group of some {@value #ROW_GROUP_BYTES} bytes.
 */
final class ParquetFiles {
  static final int ROW_GROUP_BYTES = 32 << 20;

  private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

  /** The length of the footer and the magic bytes, which are the last of a file. */
  private static final int TAIL_BYTES = Integer.BYTES + 4;

  private ParquetFiles() {}

  /** Writes records of a schema. */
  static ParquetWriter<GenericRecord> writer(OutputFile file, Schema schema) throws IOException {
    ParquetConfiguration configuration = new PlainParquetConfiguration();
    // Lists as every reader of today expects them.
    configuration.setBoolean(AvroWriteSupport.WRITE_OLD_LIST_STRUCTURE, false);
    return AvroParquetWriter.<GenericRecord>builder(file)
        .withConf(configuration)
        .withSchema(schema)
        .withDataModel(GenericData.get())
        .withRowGroupSize((long) ROW_GROUP_BYTES)
        .withCodecFactory(new ZstdCodecs())
        .withCompressionCodec(CompressionCodecName.ZSTD)
        .build();
  }

  /**
   * How many rows a file says that it has.
   *
   * @param length of the file, in bytes
   * @throws IOException where it is no whole file of Parquet
   */
  static long rows(FSDataInputStream file, long length) throws IOException {
    return footer(file, length, true).getNum_rows();
  }

  /**
   * What a file says of itself.
   *
   * @param length of the file, in bytes
   * @param isBrief whether that of its row groups is left out
   * @throws IOException where it is no whole file of Parquet
   */
  static FileMetaData footer(FSDataInputStream file, long length, boolean isBrief)
      throws IOException {
    if (length < MAGIC.length + TAIL_BYTES) {
      throw new EOFException("a file of Parquet has more than " + length + " bytes");
    }
    file.seek(length - TAIL_BYTES);
    ByteBuffer tail = ByteBuffer.wrap(file.readNBytes(TAIL_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    int footerBytes = tail.getInt();
    byte[] magic = new byte[MAGIC.length];
    tail.get(magic);
    if (!Arrays.equals(magic, MAGIC)
        || footerBytes < 0
        || footerBytes > length - TAIL_BYTES - MAGIC.length) {
      throw new IOException("the file does not end as one of Parquet does");
    }
    file.seek(length - TAIL_BYTES - footerBytes);
    return Util.readFileMetaData(file, isBrief);
  }
}
