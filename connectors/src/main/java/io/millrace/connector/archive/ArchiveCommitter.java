package io.millrace.connector.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.streaming.api.functions.sink.filesystem.InProgressFileWriter.PendingFileRecoverable;

/**
 * Finishes files as Flink does, and lists each once it is finished. All of it may be done again
 * after a failure, with the same result.
 */
@SuppressWarnings("try") // It closes as Flink's committer does.
final class ArchiveCommitter implements Committer<ArchiveCommittable> {
  private final Committer<FileSinkCommittable> files;
  private final ArchiveDirectory directory;

  ArchiveCommitter(Committer<FileSinkCommittable> files, ArchiveDirectory directory) {
    this.files = files;
    this.directory = directory;
  }

  @Override
  public void commit(Collection<CommitRequest<ArchiveCommittable>> requests)
      throws IOException, InterruptedException {
    List<CommitRequest<FileSinkCommittable>> ofFiles = new ArrayList<>();
    List<String> ends = new ArrayList<>();
    for (CommitRequest<ArchiveCommittable> request : requests) {
      FileSinkCommittable file = request.getCommittable().file();
      if (file == null) {
        ends.add(request.getCommittable().end());
      } else {
        ofFiles.add(new OfFile(request, file));
      }
    }
    files.commit(ofFiles);
    for (CommitRequest<FileSinkCommittable> request : ofFiles) {
      PendingFileRecoverable finished = request.getCommittable().getPendingFile();
      if (finished != null) {
        directory.list(finished.getPath());
      }
    }
    for (String task : ends) {
      directory.end(task);
    }
  }

  @Override
  public void close() throws Exception {
    files.close();
  }

  /** The part of a request that Flink's committer answers. */
  private record OfFile(CommitRequest<ArchiveCommittable> request, FileSinkCommittable file)
      implements CommitRequest<FileSinkCommittable> {
    @Override
    public FileSinkCommittable getCommittable() {
      return file;
    }

    @Override
    public int getNumberOfRetries() {
      return request.getNumberOfRetries();
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      request.signalFailedWithKnownReason(reason);
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      request.signalFailedWithUnknownReason(reason);
    }

    @Override
    public void retryLater() {
      request.retryLater();
    }

    @Override
    public void updateAndRetryLater(FileSinkCommittable changed) {
      request.updateAndRetryLater(ArchiveCommittable.of(changed));
    }

    @Override
    public void signalAlreadyCommitted() {
      request.signalAlreadyCommitted();
    }
  }
}
