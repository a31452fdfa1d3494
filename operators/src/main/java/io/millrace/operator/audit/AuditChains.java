package io.millrace.operator.audit;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Puts items into chains of hashes. Several, so that several tasks can work on them.
 *
 * <p><b>Order</b>: not sensitive, within the out-of-orderness of the watermarks. <b>Replay</b>:
 * exact under Flink's checkpoints.
 */
public final class AuditChains {
  /** How many chains there are: part of the layout of state. */
  public static final int COUNT = 16;

  private AuditChains() {}

  /**
   * Adds the operator to a stream that has event times and watermarks.
   *
   * @param uid of the operator, unique in the job
   */
  public static SingleOutputStreamOperator<ChainLink> of(DataStream<AuditItem> items, String uid) {
    return items
        .keyBy(AuditChains::chain, Types.INT)
        .process(new ChainFunction(uid), TypeInformation.of(ChainLink.class))
        .uid(uid)
        .name("Chain what was decided");
  }

  private static int chain(AuditItem item) {
    return Math.floorMod(item.id().hashCode(), COUNT);
  }
}
