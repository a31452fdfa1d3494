package io.millrace.connector.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.connector.file.sink.writer.FileWriter;
import org.apache.flink.connector.file.sink.writer.FileWriterBucketState;

/** Writes files as Flink does, and says at the end that there is no more. */
final class ArchiveWriter<T>
    implements StatefulSinkWriter<T, FileWriterBucketState>,
        CommittingSinkWriter<T, ArchiveCommittable> {
  private final FileWriter<?> files;
  private final Rows<T> rows;
  private final String task;
  private final List<ArchiveCommittable> begun;
  private boolean ends;

  /** Takes elements on their way into files. */
  @FunctionalInterface
  interface Rows<T> {
    /** Writes an element, at the latest with {@link #flush}. */
    void write(T element, SinkWriter.Context context) throws IOException, InterruptedException;

    /** Writes what waits. */
    default void flush() throws IOException, InterruptedException {}

    /** Ends what runs beside the writer. */
    default void close() {}
  }

  /**
   * Writes by another one.
   *
   * @param rows gives it what it writes
   * @param task names this task, its run and how many tasks there are
   * @param begun files that another one had begun, to be finished with the next checkpoint
   */
  ArchiveWriter(FileWriter<?> files, Rows<T> rows, String task, List<ArchiveCommittable> begun) {
    this.files = files;
    this.rows = rows;
    this.task = task;
    this.begun = new ArrayList<>(begun);
  }

  @Override
  public void write(T element, Context context) throws IOException, InterruptedException {
    rows.write(element, context);
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    rows.flush();
    files.flush(endOfInput);
    ends |= endOfInput;
  }

  @Override
  public Collection<ArchiveCommittable> prepareCommit() throws IOException {
    List<ArchiveCommittable> prepared = new ArrayList<>(begun);
    begun.clear();
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
    rows.close();
    files.close();
  }
}
