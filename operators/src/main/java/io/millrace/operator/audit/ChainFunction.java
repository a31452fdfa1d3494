package io.millrace.operator.audit;

import io.millrace.operator.state.SavedState;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Appends items to the chain that is its key, in the order of their times once the watermark has
 * passed, and those of one time in an order of their own; so a chain is the same every time. What
 * comes behind the watermark is appended at once.
 *
 * <p><b>State</b>: the last hash, for good, and the items that wait. <b>Timers</b>: one of event
 * time for each time at which items wait.
 */
final class ChainFunction extends KeyedProcessFunction<Integer, AuditItem, ChainLink> {
  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<Head> HEAD =
      new ValueStateDescriptor<>("head", TypeInformation.of(Head.class));
  private static final MapStateDescriptor<Long, List<AuditItem>> WAITING =
      new MapStateDescriptor<>(
          "waiting-items", Types.LONG, Types.LIST(TypeInformation.of(AuditItem.class)));

  private final String uid;

  private transient ValueState<Head> head;
  private transient MapState<Long, List<AuditItem>> waiting;

  /**
   * The end of a chain.
   *
   * @param length how many links it has
   * @param hash of the last one
   */
  public record Head(long length, String hash) {}

  ChainFunction(String uid) {
    this.uid = uid;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    head = SavedState.open(uid, HEAD.getName(), () -> getRuntimeContext().getState(HEAD));
    waiting =
        SavedState.open(uid, WAITING.getName(), () -> getRuntimeContext().getMapState(WAITING));
  }

  @Override
  public void processElement(AuditItem item, Context context, Collector<ChainLink> out)
      throws Exception {
    long at = context.timestamp();
    if (at <= context.timerService().currentWatermark()) {
      append(context.getCurrentKey(), at, List.of(item), out);
      return;
    }
    List<AuditItem> sameTime = waiting.get(at);
    List<AuditItem> more = sameTime == null ? new ArrayList<>() : new ArrayList<>(sameTime);
    more.add(item);
    waiting.put(at, more);
    context.timerService().registerEventTimeTimer(at);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<ChainLink> out)
      throws Exception {
    List<AuditItem> due = new ArrayList<>(waiting.get(time));
    due.sort(AuditItem.ORDER);
    waiting.remove(time);
    append(context.getCurrentKey(), time, due, out);
  }

  private void append(int chain, long at, List<AuditItem> items, Collector<ChainLink> out)
      throws Exception {
    Head last = head.value();
    long length = last == null ? 0 : last.length();
    String hash = last == null ? HashChain.START : last.hash();
    for (AuditItem item : items) {
      String next = HashChain.next(hash, chain, length, at, item.kind(), item.body());
      out.collect(new ChainLink(chain, length, hash, next, at, item));
      hash = next;
      length++;
    }
    head.update(new Head(length, hash));
  }
}
