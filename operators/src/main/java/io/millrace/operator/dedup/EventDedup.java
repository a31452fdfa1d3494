package io.millrace.operator.dedup;

import io.millrace.operator.state.KeyGroupKeys;
import java.io.Serializable;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Passes an event on unless one with the same id has passed that was near it in event time.
 *
 * <p>Of events with one id the first that comes passes. Where they are copies, with the same event
 * time, it makes no difference which; else what is sent by one partition is in its order.
 *
 * <p><b>Error</b>: ids are compared by 64 bits of a hash; among 10 million ids, one new event in
 * 10^12 is taken for a repetition. <b>Order</b>: not sensitive where repetitions are copies.
 * <b>Replay</b>: exact under Flink's checkpoints.
 */
public final class EventDedup {
  private EventDedup() {}

  /** Tells an event's id. */
  @FunctionalInterface
  public interface IdOf<T> extends Serializable {
    /** 64 bits of a hash of the id that is the same in every process and version. */
    long hash(T event);
  }

  /**
   * Adds the operator to a stream that has event times and watermarks.
   *
   * @param uid of the operator, unique in the job
   */
  public static <T> SingleOutputStreamOperator<T> once(
      DataStream<T> events, IdOf<T> id, DedupSpec spec, String uid) {
    return events
        .keyBy(event -> KeyGroupKeys.of(id.hash(event)), Types.INT)
        .transform("Pass each id once", events.getType(), new DedupOperator<>(id, spec, uid))
        .uid(uid);
  }
}
