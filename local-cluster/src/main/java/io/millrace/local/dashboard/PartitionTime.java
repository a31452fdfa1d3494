package io.millrace.local.dashboard;

import io.millrace.local.flink.JobProgress.Split;
import org.jspecify.annotations.Nullable;

/**
 * The event time of a partition, and whether its source waits for it.
 *
 * @param split what Flink told last
 * @param idleAt when its idle time was seen to grow, in terms of {@link System#nanoTime}; null
 *     where its watermark has moved since
 */
record PartitionTime(Split split, @Nullable Long idleAt) {
  /** Flink adds to the idle time every 5 s, and may tell of it 10 s later. */
  static final long IDLE_NANOS = 20_000_000_000L;

  /** What is known once Flink tells of it; {@code before} is null the first time. */
  static PartitionTime of(@Nullable PartitionTime before, Split split, long nanos) {
    if (before == null || before.split.watermark() != split.watermark()) {
      return new PartitionTime(split, null);
    }
    boolean grew = split.idleMillis() > before.split.idleMillis();
    return new PartitionTime(split, grew ? (Long) nanos : before.idleAt);
  }

  /** Whether nothing has come from it for so long that its source does not wait for it. */
  boolean isIdle(long nanos) {
    return idleAt != null && nanos - idleAt < IDLE_NANOS;
  }
}
