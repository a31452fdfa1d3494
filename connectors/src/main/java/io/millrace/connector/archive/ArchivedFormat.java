package io.millrace.connector.archive;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.impl.StreamFormatAdapter;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.connector.file.src.util.ArrayResultIterator;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a file as lines of JSON, in whatever format the name of the file says. The place in a
 * file of Parquet is the number of its rows that were read, which are read again and passed over.
 */
final class ArchivedFormat implements BulkFormat<String, FileSourceSplit> {
  private static final long serialVersionUID = 1L;

  private final StreamFormatAdapter<String> json =
      new StreamFormatAdapter<>(new TextLineInputFormat());

  private static boolean isParquet(FileSourceSplit split) {
    return split.path().getName().endsWith(ArchiveFormat.PARQUET.suffix());
  }

  @Override
  public Reader<String> createReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return isParquet(split) ? new OfParquet(split.path(), 0) : json.createReader(config, split);
  }

  @Override
  public Reader<String> restoreReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return isParquet(split)
        ? new OfParquet(
            split.path(),
            split.getReaderPosition().map(CheckpointedPosition::getRecordsAfterOffset).orElse(0L))
        : json.restoreReader(config, split);
  }

  @Override
  public boolean isSplittable() {
    return false;
  }

  @Override
  public TypeInformation<String> getProducedType() {
    return Types.STRING;
  }

  /** Gives some rows at a time. */
  private static final class OfParquet implements Reader<String> {
    private static final int BATCH_ROWS = 500;

    private final ParquetLines lines;
    private long read;

    /**
     * Rows of a file.
     *
     * @param passed how many of its rows are not given
     */
    OfParquet(Path file, long passed) throws IOException {
      this.lines = ParquetLines.open(file);
      while (read < passed && lines.next() != null) {
        read++;
      }
    }

    @Override
    public @Nullable RecordIterator<String> readBatch() throws IOException {
      String[] rows = new String[BATCH_ROWS];
      int count = 0;
      for (String row = lines.next(); row != null; row = lines.next()) {
        rows[count] = row;
        count++;
        if (count == BATCH_ROWS) {
          break;
        }
      }
      if (count == 0) {
        return null;
      }
      ArrayResultIterator<String> batch = new ArrayResultIterator<>();
      batch.set(rows, count, CheckpointedPosition.NO_OFFSET, read);
      read += count;
      return batch;
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }
}
