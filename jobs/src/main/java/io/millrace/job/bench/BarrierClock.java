package io.millrace.job.bench;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * A pair of operators, before and after others in one chain, that measures how long these hold a
 * checkpoint's barrier back: what they do before they let it pass. The second tells by its
 * accumulators. In one JVM there may be one pair at a time, of one task.
 */
final class BarrierClock extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<Long, Long> {
  /** Accumulator: how many barriers came. */
  static final String BARRIERS = "barriers";

  /** Accumulator: how many were held back for more than {@link #SLOW_NANOS}. */
  static final String SLOW_BARRIERS = "slow-barriers";

  /** Accumulator: for how long one was held back at most, in nanoseconds. */
  static final String LONGEST_NANOS = "longest-barrier-nanos";

  /** What a barrier should take at most. */
  static final long SLOW_NANOS = 50_000_000;

  private static final long serialVersionUID = 1L;

  private static long cameAt;

  private final Place place;
  private final LongCounter barriers = new LongCounter();
  private final LongCounter slow = new LongCounter();
  private final LongMaximum longest = new LongMaximum(0);

  BarrierClock(Place place) {
    this.place = place;
  }

  /** Which of the pair it is. */
  enum Place {
    /** Before what is measured. */
    BEFORE,
    /** After it. */
    AFTER
  }

  @Override
  public void open() throws Exception {
    super.open();
    if (place == Place.AFTER) {
      getRuntimeContext().addAccumulator(BARRIERS, barriers);
      getRuntimeContext().addAccumulator(SLOW_BARRIERS, slow);
      getRuntimeContext().addAccumulator(LONGEST_NANOS, longest);
    }
  }

  @Override
  public void processElement(StreamRecord<Long> record) {
    output.collect(record);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (place == Place.BEFORE) {
      cameAt = System.nanoTime();
      return;
    }
    long held = System.nanoTime() - cameAt;
    barriers.add(1L);
    slow.add(held > SLOW_NANOS ? 1L : 0L);
    longest.add(held);
  }
}
