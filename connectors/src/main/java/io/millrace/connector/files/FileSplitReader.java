package io.millrace.connector.files;

import io.millrace.connector.files.FileEvent.Kind;
import io.millrace.schema.codec.Rejection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.jspecify.annotations.Nullable;

/** Reads the rows of files, one file after the other, a batch at a time. */
final class FileSplitReader implements SplitReader<FileStep, FileSplit> {
  private static final int BATCH_ROWS = 500;
  private static final long BATCH_BYTES = 1L << 20;

  private final FileStore store;
  private final FileRows formats;
  private final RowTimes times;
  private final Runnable failed;
  private final Deque<FileSplit> splits = new ArrayDeque<>();

  private @Nullable RowSource rows;

  /**
   * A reader.
   *
   * @param failed told of each failure that is tried again
   */
  FileSplitReader(FileStore store, FormatSpec spec, Runnable failed) {
    this.store = store;
    this.formats = new FileRows(spec);
    this.times = new RowTimes(spec.timeField());
    this.failed = failed;
  }

  @Override
  public RecordsWithSplitIds<FileStep> fetch() throws IOException {
    RecordsBySplits.Builder<FileStep> batch = new RecordsBySplits.Builder<>();
    FileSplit split = splits.peek();
    if (split == null) {
      return batch.build();
    }
    String id = split.splitId();
    boolean ended = split.ended();
    if (!ended) {
      if (rows == null && !split.started()) {
        batch.add(id, new FileStep(Kind.STARTED, null, split.file().modifiedAt(), 0));
      }
      ended = read(split, id, batch);
    }
    if (ended) {
      batch.addFinishedSplit(id);
      splits.remove();
      closeRows();
    }
    return batch.build();
  }

  /** Reads a batch; whether the file is at its end. */
  private boolean read(FileSplit split, String id, RecordsBySplits.Builder<FileStep> batch)
      throws IOException {
    long position = split.position();
    try {
      RowSource open = opened(split);
      position = open.position();
      long bytes = 0;
      for (int count = 0; count < BATCH_ROWS && bytes < BATCH_BYTES; count++) {
        Row row = open.next();
        position = open.position();
        if (row == null) {
          batch.add(id, new FileStep(Kind.COMPLETED, null, 0, position));
          return true;
        }
        FileStep step = step(row, split.file(), position);
        batch.add(id, step);
        bytes += row.raw() == null ? 0 : row.raw().length;
      }
      return false;
    } catch (DamagedFileException e) {
      String message = String.valueOf(e.getMessage());
      Row rest = Row.refused(Rejection.DAMAGED_FILE, message, null);
      batch.add(id, new FileStep(Kind.REFUSED, rest, split.file().modifiedAt(), position));
      batch.add(id, new FileStep(Kind.DAMAGED, rest, 0, position));
      return true;
    }
  }

  private FileStep step(Row row, IngestedFile file, long position) {
    if (row.rejection() != null) {
      return new FileStep(Kind.REFUSED, row, file.modifiedAt(), position);
    }
    long at = times.at(row, file.modifiedAt());
    return at == RowTimes.NONE
        ? new FileStep(
            Kind.REFUSED,
            Row.refused(Rejection.INVALID_TIME, times.expected(), row.raw()),
            file.modifiedAt(),
            position)
        : new FileStep(Kind.ROW, row, at, position);
  }

  private RowSource opened(FileSplit split) throws IOException {
    RowSource open = rows;
    if (open == null) {
      IngestedFile file = split.file();
      if (!file.isReadable()) {
        throw new UnreadableFileException(file.name());
      }
      open =
          formats.open(
              file.name(),
              offset -> new ResumingStream(store, file.stat(), offset, Retries.DEFAULT, failed),
              split.position(),
              split.tally().rowsIn());
      rows = open;
    }
    return open;
  }

  private void closeRows() throws IOException {
    RowSource open = rows;
    rows = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void handleSplitsChanges(SplitsChange<FileSplit> change) {
    splits.addAll(change.splits());
  }

  @Override
  public void wakeUp() {
    // A batch is short, and a server that is silent is left after its limit.
  }

  @Override
  public void close() throws IOException {
    try {
      closeRows();
    } finally {
      store.close();
    }
  }
}
