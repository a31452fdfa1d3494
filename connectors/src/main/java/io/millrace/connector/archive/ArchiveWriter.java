package io.millrace.connector.archive;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.connector.file.sink.writer.FileWriter;
import org.apache.flink.connector.file.sink.writer.FileWriterBucketState;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes files as Flink does, many rows at a time, none of which waits longer than to the next
 * barrier; and says at the end that there is no more.
 */
final class ArchiveWriter<T>
    implements StatefulSinkWriter<T, FileWriterBucketState>,
        CommittingSinkWriter<T, ArchiveCommittable> {
  private static final int MOST_DAYS = 64;
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final FileWriter<DayRows> files;
  private final SerializableFunction<T, byte[]> row;
  private final SerializableFunction<T, Long> at;
  private final Counter written;
  private final String task;
  private final Map<Long, DayRows> days = new HashMap<>();
  private boolean ends;

  /**
   * Writes by another one.
   *
   * @param row the bytes of a row, without a line feed
   * @param at the time of a row
   * @param written counts rows, once the other one has counted a write
   * @param task names this task, its run and how many tasks there are
   */
  ArchiveWriter(
      FileWriter<DayRows> files,
      SerializableFunction<T, byte[]> row,
      SerializableFunction<T, Long> at,
      Counter written,
      String task) {
    this.files = files;
    this.row = row;
    this.at = at;
    this.written = written;
    this.task = task;
  }

  @Override
  public void write(T element, Context context) throws IOException, InterruptedException {
    long day = Math.floorDiv(at.apply(element), DAY_MILLIS);
    DayRows rows = days.get(day);
    if (rows == null) {
      if (days.size() == MOST_DAYS) {
        writeAll();
      }
      rows = new DayRows("day=" + LocalDate.ofEpochDay(day));
      days.put(day, rows);
    }
    rows.add(row.apply(element));
    if (rows.isFull()) {
      write(rows);
    }
  }

  private void write(DayRows rows) throws IOException, InterruptedException {
    files.write(rows, Untimed.INSTANCE);
    written.inc(rows.rows() - 1L);
    rows.clear();
  }

  private void writeAll() throws IOException, InterruptedException {
    for (DayRows rows : days.values()) {
      if (rows.rows() > 0) {
        write(rows);
      }
    }
    days.clear();
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    writeAll();
    files.flush(endOfInput);
    ends |= endOfInput;
  }

  @Override
  public Collection<ArchiveCommittable> prepareCommit() throws IOException {
    List<ArchiveCommittable> prepared = new ArrayList<>();
    for (FileSinkCommittable file : files.prepareCommit()) {
      prepared.add(ArchiveCommittable.of(file));
    }
    if (ends) {
      prepared.add(ArchiveCommittable.end(task));
      ends = false;
    }
    return prepared;
  }

  @Override
  public List<FileWriterBucketState> snapshotState(long checkpoint) throws IOException {
    return files.snapshotState(checkpoint);
  }

  @Override
  public void close() {
    files.close();
  }

  /** Rows of a day have no time in common, and need none. */
  private enum Untimed implements Context {
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
