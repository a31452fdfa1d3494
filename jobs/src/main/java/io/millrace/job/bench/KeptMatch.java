package io.millrace.job.bench;

import io.millrace.operator.reconcile.Claim;
import io.millrace.operator.reconcile.LedgerEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Matches entries as {@link PlainMatch} does, and keeps what the operators of reconciliation keep,
 * as one would by hand: for each id the hash of its entry, so that a repetition is told, and for
 * each reference the entries that have matched or were missed, so that one too many is told and a
 * decision could find them. Both have a time to live.
 */
final class KeptMatch extends PlainMatch {
  private static final long serialVersionUID = 1L;

  private final Duration retention;
  private transient ValueState<Kept> kept;

  private KeptMatch(long windowMillis, Duration retention) {
    super(windowMillis);
    this.retention = retention;
  }

  /**
   * What became of a reference: state.
   *
   * @param entries the entries that have matched, or the one that was missed
   */
  public record Kept(List<LedgerEntry> entries) {}

  static void add(DataStream<Claim> claims, Duration window, Duration retention) {
    add(
        claims
            .keyBy(Claim::entryId)
            .process(new Once(retention), TypeInformation.of(LedgerEntry.class))
            .uid("once")
            .name("Pass each entry once"),
        new KeptMatch(window.toMillis(), retention));
  }

  /** Values are forgotten as long after they were written, by the clock. */
  private static <T> ValueStateDescriptor<T> forgotten(
      String name, TypeInformation<T> type, Duration retention) {
    ValueStateDescriptor<T> descriptor = new ValueStateDescriptor<>(name, type);
    descriptor.enableTimeToLive(StateTtlConfig.newBuilder(retention).build());
    return descriptor;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    super.open(context);
    kept =
        getRuntimeContext().getState(forgotten("kept", TypeInformation.of(Kept.class), retention));
  }

  @Override
  boolean isRepeated(LedgerEntry entry) throws Exception {
    return kept.value() != null;
  }

  @Override
  void keep(LedgerEntry entry, @Nullable LedgerEntry other) throws Exception {
    List<LedgerEntry> entries = new ArrayList<>(List.of(entry));
    if (other != null) {
      entries.add(other);
    }
    kept.update(new Kept(entries));
  }

  /** Lets an entry pass once, by its id. */
  private static final class Once extends KeyedProcessFunction<String, Claim, LedgerEntry> {
    private static final long serialVersionUID = 1L;

    private final Duration retention;
    private transient ValueState<Long> bodies;

    Once(Duration retention) {
      this.retention = retention;
    }

    @Override
    public void open(OpenContext context) {
      bodies = getRuntimeContext().getState(forgotten("bodies", Types.LONG, retention));
    }

    @Override
    public void processElement(Claim claim, Context context, Collector<LedgerEntry> out)
        throws Exception {
      Long known = bodies.value();
      LedgerEntry entry = claim.entry();
      if (entry != null && (known == null || known != claim.bodyHash())) {
        bodies.update(claim.bodyHash());
        out.collect(entry);
      }
    }
  }
}
