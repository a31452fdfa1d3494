package io.millrace.job;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A sink that comes to {@link CrashPoint}s, and otherwise is the one given.
 *
 * @param <T> its rows
 */
@SuppressWarnings("unchecked") // A sink's committables and states are only handed through.
final class CrashingSink<T>
    implements Sink<T>, SupportsCommitter<Object>, SupportsWriterState<T, Object> {
  private static final long serialVersionUID = 1L;

  /** Commits are made one at a time, so that a crash is between two of them. */
  private static final Object COMMIT = new Object();

  private final Sink<T> real;
  private final boolean swallowsCommitErrors;

  /**
   * Wraps a sink that keeps state and commits.
   *
   * @param swallowsCommitErrors whether it has the bug that a commit that failed counts as done
   */
  CrashingSink(Sink<T> real, boolean swallowsCommitErrors) {
    this.real = real;
    this.swallowsCommitErrors = swallowsCommitErrors;
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
    return new Writer<>(real.createWriter(context), context.getTaskInfo().getAttemptNumber());
  }

  @Override
  public StatefulSinkWriter<T, Object> restoreWriter(
      WriterInitContext context, Collection<Object> states) throws IOException {
    return new Writer<>(
        ((SupportsWriterState<T, Object>) real).restoreWriter(context, states),
        context.getTaskInfo().getAttemptNumber());
  }

  @Override
  public SimpleVersionedSerializer<Object> getWriterStateSerializer() {
    return ((SupportsWriterState<T, Object>) real).getWriterStateSerializer();
  }

  @Override
  public Committer<Object> createCommitter(CommitterInitContext context) throws IOException {
    return new RealCommitter(
        ((SupportsCommitter<Object>) real).createCommitter(context),
        context.getTaskInfo().getAttemptNumber(),
        swallowsCommitErrors);
  }

  @Override
  public SimpleVersionedSerializer<Object> getCommittableSerializer() {
    return ((SupportsCommitter<Object>) real).getCommittableSerializer();
  }

  @SuppressWarnings("try") // Flink interrupts a close that takes too long.
  private static final class Writer<T>
      implements CommittingSinkWriter<T, Object>, StatefulSinkWriter<T, Object> {
    private final SinkWriter<T> real;
    private final int attempt;
    private boolean rowsSinceWatermark;
    private boolean rowsSinceBarrier;

    Writer(SinkWriter<T> real, int attempt) {
      this.real = real;
      this.attempt = attempt;
    }

    @Override
    public void write(T row, Context context) throws IOException, InterruptedException {
      if (!rowsSinceWatermark) {
        Crash.at(CrashPoint.WINDOW_PUBLISHED, attempt);
      }
      real.write(row, context);
      rowsSinceWatermark = true;
      rowsSinceBarrier = true;
    }

    @Override
    public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
      if (rowsSinceWatermark) {
        Crash.at(CrashPoint.ROWS_IN_TRANSACTION, attempt);
      }
      rowsSinceWatermark = false;
      real.writeWatermark(watermark);
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
      real.flush(endOfInput);
      if (rowsSinceBarrier) {
        Crash.at(CrashPoint.FLUSHED_BEFORE_BARRIER, attempt);
      }
      rowsSinceBarrier = false;
    }

    @Override
    public Collection<Object> prepareCommit() throws IOException, InterruptedException {
      return ((CommittingSinkWriter<T, Object>) real).prepareCommit();
    }

    @Override
    public List<Object> snapshotState(long checkpointId) throws IOException {
      return ((StatefulSinkWriter<T, Object>) real).snapshotState(checkpointId);
    }

    @Override
    public void close() throws Exception {
      real.close();
    }
  }

  @SuppressWarnings("try") // Flink interrupts a close that takes too long.
  private record RealCommitter(Committer<Object> real, int attempt, boolean swallowsCommitErrors)
      implements Committer<Object> {
    @Override
    public void commit(Collection<CommitRequest<Object>> requests)
        throws IOException, InterruptedException {
      if (requests.isEmpty()) {
        return;
      }
      synchronized (COMMIT) {
        if (swallowsCommitErrors) {
          try {
            Crash.at(CrashPoint.CHECKPOINT_COMPLETE, attempt);
          } catch (Crash swallowed) {
            return;
          }
        } else {
          Crash.checkAlive(attempt);
          Crash.at(CrashPoint.CHECKPOINT_COMPLETE, attempt);
        }
        real.commit(requests);
        Crash.at(CrashPoint.PARTLY_COMMITTED, attempt);
      }
    }

    @Override
    public void close() throws Exception {
      real.close();
    }
  }
}
