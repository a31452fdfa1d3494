package io.millrace.connector.archive;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.connector.file.sink.writer.FileWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * Gives a writer many rows of a day at a time, none of which waits longer than to the next barrier.
 *
 * <p><b>Space</b>: {@link DayRows} for each of at most 64 days.
 */
final class DayBatches<T> implements ArchiveWriter.Rows<T> {
  private static final int MOST_DAYS = 64;

  private final FileWriter<DayRows> files;
  private final ArchiveLine<T> line;
  private final SerializableFunction<T, Long> at;
  private final Counter written;
  private final @Nullable SyncAhead disk;
  private final Map<Long, DayRows> days = new HashMap<>();

  /**
   * Nothing waits.
   *
   * @param line writes the row of an element
   * @param at the time of an element, in milliseconds since the epoch
   * @param written counts rows, once the writer has counted a write
   * @param disk what brings files to disk; null where they are elsewhere
   */
  DayBatches(
      FileWriter<DayRows> files,
      ArchiveLine<T> line,
      SerializableFunction<T, Long> at,
      Counter written,
      @Nullable SyncAhead disk) {
    this.files = files;
    this.line = line;
    this.at = at;
    this.written = written;
    this.disk = disk;
  }

  @Override
  public void write(T element, SinkWriter.Context context)
      throws IOException, InterruptedException {
    long day = DayRows.number(at.apply(element));
    DayRows rows = days.get(day);
    if (rows == null) {
      if (days.size() == MOST_DAYS) {
        flush();
      }
      rows = new DayRows(DayRows.dayOf(day));
      days.put(day, rows);
    }
    rows.add(line, element);
    if (rows.isFull()) {
      write(rows);
    }
  }

  private void write(DayRows rows) throws IOException, InterruptedException {
    files.write(rows, Untimed.INSTANCE);
    written.inc(rows.rows() - 1L);
    if (disk != null && rows.file() instanceof FSDataOutputStream file) {
      disk.wrote(file, rows.length());
    }
    rows.clear();
  }

  @Override
  public void flush() throws IOException, InterruptedException {
    for (DayRows rows : days.values()) {
      if (rows.rows() > 0) {
        write(rows);
      }
    }
    days.clear();
    if (disk != null) {
      disk.await();
    }
  }

  @Override
  public void close() {
    if (disk != null) {
      disk.close();
    }
  }

  /** Rows of a day have no time in common, and need none. */
  private enum Untimed implements SinkWriter.Context {
    INSTANCE;

    @Override
    public long currentWatermark() {
      return Long.MIN_VALUE;
    }

    @Override
    public @Nullable Long timestamp() {
      return null;
    }
  }
}
