package io.millrace.job.bench;

import io.millrace.operator.reconcile.LedgerEntry;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Matches entries as one would by hand: the first of a reference is kept with a timer for the end
 * of its window, and forgotten when the other comes. It knows no repetitions, no decisions and no
 * rule but this, and an entry that comes after its partner's window is missing too.
 */
class PlainMatch extends KeyedCoProcessFunction<String, LedgerEntry, LedgerEntry, LedgerEntry> {
  static final OutputTag<LedgerEntry> MISSING =
      new OutputTag<>("missing", TypeInformation.of(LedgerEntry.class));

  private static final long serialVersionUID = 1L;

  private final long windowMillis;
  private transient ValueState<LedgerEntry> left;
  private transient ValueState<LedgerEntry> right;

  PlainMatch(long windowMillis) {
    this.windowMillis = windowMillis;
  }

  /** Matches entries of which nothing is kept once they are matched or missed. */
  static void add(DataStream<LedgerEntry> entries, Duration window) {
    add(entries, new PlainMatch(window.toMillis()));
  }

  static void add(DataStream<LedgerEntry> entries, PlainMatch function) {
    SingleOutputStreamOperator<LedgerEntry> matches =
        entries
            .filter(entry -> entry.ledger().equals(PackedEntries.LEFT))
            .uid("left")
            .keyBy(LedgerEntry::reference)
            .connect(
                entries
                    .filter(entry -> entry.ledger().equals(PackedEntries.RIGHT))
                    .uid("right")
                    .keyBy(LedgerEntry::reference))
            .process(function, TypeInformation.of(LedgerEntry.class))
            .uid("match")
            .name("Match entries");
    Discard.some(matches, PackedEntries::number, "discard-matches");
    Discard.others(matches.getSideOutput(MISSING), PackedEntries::number, "discard-missing");
  }

  @Override
  public void open(OpenContext context) throws Exception {
    TypeInformation<LedgerEntry> type = TypeInformation.of(LedgerEntry.class);
    left = getRuntimeContext().getState(new ValueStateDescriptor<>("left", type));
    right = getRuntimeContext().getState(new ValueStateDescriptor<>("right", type));
  }

  @Override
  public void processElement1(LedgerEntry entry, Context context, Collector<LedgerEntry> out)
      throws Exception {
    match(entry, left, right, context, out);
  }

  @Override
  public void processElement2(LedgerEntry entry, Context context, Collector<LedgerEntry> out)
      throws Exception {
    match(entry, right, left, context, out);
  }

  /** Whether its reference is done with, so that it is one too many. */
  boolean isRepeated(LedgerEntry entry) throws Exception {
    return false;
  }

  /**
   * An entry is done with.
   *
   * @param other the one that it has matched; null where it was missed
   */
  void keep(LedgerEntry entry, @Nullable LedgerEntry other) throws Exception {
    // Forgotten.
  }

  private void match(
      LedgerEntry entry,
      ValueState<LedgerEntry> own,
      ValueState<LedgerEntry> others,
      Context context,
      Collector<LedgerEntry> out)
      throws Exception {
    if (isRepeated(entry)) {
      context.output(MISSING, entry);
      return;
    }
    LedgerEntry other = others.value();
    if (other == null
        || other.amountMinor() != entry.amountMinor()
        || !other.currency().equals(entry.currency())) {
      own.update(entry);
      context.timerService().registerEventTimeTimer(entry.at() + windowMillis);
      return;
    }
    others.clear();
    context.timerService().deleteEventTimeTimer(other.at() + windowMillis);
    keep(entry, other);
    out.collect(entry);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<LedgerEntry> out)
      throws Exception {
    missed(left, time, context);
    missed(right, time, context);
  }

  private void missed(ValueState<LedgerEntry> side, long time, OnTimerContext context)
      throws Exception {
    LedgerEntry entry = side.value();
    if (entry != null && entry.at() + windowMillis <= time) {
      context.output(MISSING, entry);
      side.clear();
      keep(entry, null);
    }
  }
}
