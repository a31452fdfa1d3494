package io.millrace.local.flink;

import java.util.Map;
import java.util.OptionalLong;

/**
 * How far a job is.
 *
 * @param state Flink's name of its state, such as {@code RUNNING}
 * @param positions by topic and partition, such as {@code web.requests-0}: offset of the next
 *     record that the job's sources will emit
 * @param splits by topic and partition, as above: their event time, where the source has watermarks
 * @param checkpointedAt when its last completed checkpoint was triggered, in milliseconds since the
 *     epoch; empty before the first
 * @param restarts how often it was restarted
 */
public record JobProgress(
    String state,
    Map<String, Long> positions,
    Map<String, Split> splits,
    OptionalLong checkpointedAt,
    long restarts) {
  /**
   * The event time of a partition.
   *
   * @param vertex id of the vertex whose source reads it
   * @param watermark in milliseconds since the epoch; {@link Long#MIN_VALUE} before the first
   *     record that has a time
   * @param idleMillis for how long in all its source did not wait for it, since it began to read
   */
  public record Split(String vertex, long watermark, long idleMillis) {}
}
