package io.millrace.operator.reconcile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Announces each ledger, with the least time of an entry of it, and at the end of a bounded input
 * the largest time of an entry or a decision.
 *
 * <p><b>State</b>: the largest time; it makes no difference which task has it again. <b>Replay</b>:
 * ledgers are announced again after a restart, which changes nothing.
 */
final class AnnounceOperator extends AbstractStreamOperator<Notice>
    implements OneInputStreamOperator<Claim, Notice> {
  private static final long serialVersionUID = 1L;
  private static final ListStateDescriptor<Long> LATEST =
      new ListStateDescriptor<>("latest", Types.LONG);

  private transient Map<String, Long> ledgers;
  private transient ListState<Long> saved;
  private transient long latest;

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    ledgers = new HashMap<>();
    latest = Long.MIN_VALUE;
    // Not one that all share: while some tasks of a source have ended, no checkpoint could be
    // taken.
    saved = context.getOperatorStateStore().getListState(LATEST);
    for (Long each : saved.get()) {
      latest = Math.max(latest, each);
    }
  }

  @Override
  public void processElement(StreamRecord<Claim> element) {
    Claim claim = element.getValue();
    if (claim.resolution() != null) {
      latest = Math.max(latest, claim.resolution().at());
    }
    LedgerEntry entry = claim.entry();
    if (entry == null) {
      return;
    }
    latest = Math.max(latest, entry.at());
    Long known = ledgers.get(entry.ledger());
    if (known == null || entry.at() < known) {
      ledgers.put(entry.ledger(), entry.at());
      output.collect(new StreamRecord<>(Notice.ledger(entry.ledger(), entry.at()), entry.at()));
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK) && latest != Long.MIN_VALUE) {
      output.collect(new StreamRecord<>(Notice.end(latest), latest));
    }
    super.processWatermark(mark);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    saved.update(List.of(latest));
  }
}
