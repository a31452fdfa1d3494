package io.millrace.job.bench;

import io.millrace.schema.lane.DeadLettered;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Comes after a writer. At the end of the input, when all is written, it sends one number, by which
 * a clock knows that, and then reads the store and tells by its accumulators what is there.
 */
final class ReadBack extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<DeadLettered, Long>, BoundedOneInput {
  /** Accumulator: how many rows are missing in the store, or not as they were written. */
  static final String MISSING = "missing";

  /** Accumulator: how much else there is. */
  static final String EXTRA = "extra";

  /** Accumulator: how many rows the writer refused. */
  static final String REFUSED = "refused";

  private static final long serialVersionUID = 1L;

  private final SinkTarget target;
  private final Configuration options;
  private final int numbers;

  private transient LongCounter refused;

  /**
   * Reads a store.
   *
   * @param numbers how many rows are written
   */
  ReadBack(SinkTarget target, Configuration options, int numbers) {
    this.target = target;
    this.options = options;
    this.numbers = numbers;
  }

  @Override
  public void open() throws Exception {
    super.open();
    refused = new LongCounter();
    getRuntimeContext().addAccumulator(REFUSED, refused);
  }

  @Override
  public void processElement(StreamRecord<DeadLettered> letter) {
    refused.add(1);
  }

  @Override
  public void endInput() throws Exception {
    output.collect(new StreamRecord<>((long) numbers));
    SinkRows found = new SinkRows(numbers);
    try (PlainStore store = target.open(options)) {
      store.read(numbers, found);
    }
    tell(Discard.RECORDS, found.right());
    tell(Discard.CHECKSUM, found.checksum());
    tell(MISSING, found.missing());
    tell(EXTRA, found.extra());
  }

  private void tell(String name, long value) {
    getRuntimeContext().addAccumulator(name, new LongCounter(value));
  }
}
