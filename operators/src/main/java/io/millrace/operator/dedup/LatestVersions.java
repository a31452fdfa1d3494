package io.millrace.operator.dedup;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * Passes a version of an item unless it has passed before, or a greater one has.
 *
 * <p><b>Error</b>: exact, for versions that come within the time that an item is kept.
 * <b>Order</b>: which versions pass is sensitive to it, the greatest one of each item is not.
 * <b>Replay</b>: exact under Flink's checkpoints.
 */
public final class LatestVersions {
  private LatestVersions() {}

  /**
   * Adds the operator to a stream that has event times and watermarks.
   *
   * @param keptMillis how long the last version of an item is known, from its event time on until
   *     the watermark is there; positive, in milliseconds. Later ones pass, whichever they are
   * @param conflicting where versions go that say something else than the one of the same number
   *     that has passed
   * @param uid of the operator, unique in the job
   * @throws IllegalArgumentException where {@code keptMillis} is not positive or more than 2^60
   */
  public static <T> SingleOutputStreamOperator<T> of(
      DataStream<T> items,
      Versions<T> versions,
      long keptMillis,
      OutputTag<T> conflicting,
      String uid) {
    return items
        .keyBy(versions::id, Types.STRING)
        .process(new VersionFunction<>(versions, keptMillis, conflicting), items.getType())
        .uid(uid)
        .name("Pass each version once");
  }
}
