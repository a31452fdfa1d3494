package io.millrace.connector.store;

import io.millrace.schema.lane.DeadLettered;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.function.SerializableFunction;

/** A {@link StoreWriter} by itself, as tests drive it. */
public final class StoreWriterRun<T extends Record, W extends StoreWrite> implements AutoCloseable {
  private final OneInputStreamOperatorTestHarness<T, DeadLettered> harness;
  private final StoreWriter<T, W> writer;
  private long checkpoint;

  private StoreWriterRun(
      OneInputStreamOperatorTestHarness<T, DeadLettered> harness, StoreWriter<T, W> writer) {
    this.harness = harness;
    this.writer = writer;
  }

  /** Opens a writer. */
  public static <T extends Record, W extends StoreWrite> StoreWriterRun<T, W> of(
      Class<T> type, SerializableFunction<T, W> write, Store<W> store, Duration patience)
      throws Exception {
    StoreWriter<T, W> writer = new StoreWriter<>(type, write, store, "test", patience);
    OneInputStreamOperatorTestHarness<T, DeadLettered> harness =
        new OneInputStreamOperatorTestHarness<>(writer);
    harness.open();
    return new StoreWriterRun<>(harness, writer);
  }

  /** Hands it an element. */
  public void write(T element) throws Exception {
    harness.processElement(element, 0);
  }

  /** Does what comes before a checkpoint's barrier. */
  public void flush() throws Exception {
    harness.prepareSnapshotPreBarrier(++checkpoint);
  }

  /** What was refused so far. */
  public List<DeadLettered> refused() {
    return harness.extractOutputValues();
  }

  /** How many values the store took. */
  public long written() {
    return writer.writtenCount();
  }

  /** How often the store was tried again. */
  public long retries() {
    return writer.retryCount();
  }

  @Override
  public void close() throws IOException {
    try {
      harness.close();
    } catch (Exception e) {
      throw new IOException("the writer could not be closed", e);
    }
  }
}
