package io.millrace.job.bench;

import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.listening.SongPlayed;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Hands every row to a {@link PlainStore}, without any regard to what may fail. */
final class PlainWriter extends AbstractStreamOperator<DeadLettered>
    implements OneInputStreamOperator<SongPlayed, DeadLettered>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final SinkTarget target;
  private final Configuration options;

  private transient PlainStore store;

  PlainWriter(SinkTarget target, Configuration options) {
    this.target = target;
    this.options = options;
  }

  @Override
  public void open() throws Exception {
    super.open();
    store = target.open(options);
  }

  @Override
  public void processElement(StreamRecord<SongPlayed> row) throws Exception {
    store.write(row.getValue());
  }

  /** A sink flushes then, so that both send as many batches. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    store.flush();
  }

  @Override
  public void endInput() throws Exception {
    store.flush();
  }

  @Override
  public void close() throws Exception {
    if (store != null) {
      store.close();
    }
    super.close();
  }
}
