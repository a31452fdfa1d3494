package io.millrace.connector.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.connector.file.sink.writer.FileWriter;
import org.apache.flink.connector.file.sink.writer.FileWriterBucketState;

/** Writes files as Flink does, and says at the end that there is no more. */
final class ArchiveWriter<T>
    implements StatefulSinkWriter<T, FileWriterBucketState>,
        CommittingSinkWriter<T, ArchiveCommittable> {
  private final FileWriter<T> files;
  private final String task;
  private final List<ArchiveCommittable> begun;
  private boolean ends;

  /**
   * Writes by another one.
   *
   * @param task names this task, its run and how many tasks there are
   * @param begun files that another one had begun, to be finished with the next checkpoint
   */
  ArchiveWriter(FileWriter<T> files, String task, List<ArchiveCommittable> begun) {
    this.files = files;
    this.task = task;
    this.begun = new ArrayList<>(begun);
  }

  @Override
  public void write(T row, Context context) throws IOException, InterruptedException {
    files.write(row, context);
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
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
    files.close();
  }
}
