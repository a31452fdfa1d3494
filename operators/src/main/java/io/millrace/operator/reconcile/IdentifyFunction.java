package io.millrace.operator.reconcile;

import io.millrace.operator.state.SavedState;
import io.millrace.operator.writeback.Expiring;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Lets each entry pass once, by its id; one with the id of another but other fields passes as its
 * duplicate. Says of decisions where the entries are that they name. Keyed by {@link
 * Claim#entryId}.
 *
 * <p><b>State</b>: one value an id, until the entry's time has passed by the retention; none where
 * that is 0, and then every entry passes. <b>Timers</b>: an expiry an id, see {@link Expiry}, and
 * one for each decision that waits. <b>Error</b>: fields are compared by 64 bits of a hash.
 * <b>Order</b>: of entries with one id the first that comes counts.
 */
final class IdentifyFunction extends KeyedProcessFunction<String, Claim, Routed>
    implements Expiring {
  static final OutputTag<Located> LOCATED =
      new OutputTag<>("located", TypeInformation.of(Located.class));

  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<Identity> IDENTITY =
      new ValueStateDescriptor<>("identity", TypeInformation.of(Identity.class));

  /** So many bodies of one id are told apart; more are duplicates each time they come. */
  private static final int MOST_BODIES = 16;

  private final ReconcileSpec spec;
  private final String uid;

  private transient ValueState<Identity> identities;
  private transient Counter repetitions;
  private transient @Nullable Expiries expiries;

  IdentifyFunction(ReconcileSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void takeExpiries(Expiries ofOperator) {
    expiries = ofOperator;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    identities =
        SavedState.open(uid, IDENTITY.getName(), () -> getRuntimeContext().getState(IDENTITY));
    repetitions = getRuntimeContext().getMetricGroup().counter("numRepetitions");
  }

  @Override
  public void processElement(Claim claim, Context context, Collector<Routed> out) throws Exception {
    Identity known = identities.value();
    if (claim.resolution() != null) {
      locate(claim.resolution(), known, context);
    } else if (claim.entry() != null) {
      identify(claim.entry(), claim.bodyHash(), known, context, out);
    }
  }

  private void identify(
      LedgerEntry entry,
      long body,
      @Nullable Identity known,
      Context context,
      Collector<Routed> out)
      throws Exception {
    long expiresAt = Expiry.after(entry.at(), spec.retentionMillis());
    long route = entry.route();
    boolean isFirst = known == null || known.bodies().isEmpty();
    if (known == null && spec.retentionMillis() == 0) {
      out.collect(new Routed(route, Waiting.of(entry, ""), null));
      return;
    }
    if (known == null) {
      identities.update(new Identity(route, List.of(body), List.of(), expiresAt));
    } else {
      List<Long> bodies = known.bodies();
      if (bodies.contains(body)) {
        repetitions.inc();
        return;
      }
      List<Long> more = new ArrayList<>(bodies);
      if (more.size() < MOST_BODIES) {
        more.add(body);
      }
      identities.update(
          new Identity(
              isFirst ? route : known.route(),
              more,
              known.waiting(),
              Math.max(expiresAt, known.expiresAt())));
    }
    if (expiries == null) {
      context.timerService().registerEventTimeTimer(expiresAt);
    } else {
      expiries.register(expiresAt);
    }
    String repeats = isFirst ? "" : entry.entryId();
    out.collect(new Routed(route, Waiting.of(entry, repeats), null));
  }

  private void locate(Resolution resolution, @Nullable Identity known, Context context)
      throws Exception {
    if (!spec.inEventTime() || resolution.at() <= context.timerService().currentWatermark()) {
      locate(resolution, known, context.getCurrentKey(), context);
      return;
    }
    List<Resolution> waiting = new ArrayList<>(known == null ? List.of() : known.waiting());
    waiting.add(resolution);
    identities.update(
        known == null
            ? new Identity(0, List.of(), waiting, Long.MIN_VALUE)
            : new Identity(known.route(), known.bodies(), waiting, known.expiresAt()));
    context.timerService().registerEventTimeTimer(resolution.at());
  }

  private static void locate(
      Resolution resolution, @Nullable Identity known, String entryId, Context context) {
    List<Long> keys =
        known == null || known.bodies().isEmpty() ? List.of() : List.of(known.route());
    context.output(LOCATED, new Located(resolution, entryId, keys));
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Routed> out) throws Exception {
    Identity known = identities.value();
    if (known == null) {
      return;
    }
    if (known.waiting().isEmpty()) {
      if (time >= known.expiresAt()) {
        identities.clear();
      }
      return;
    }
    List<Resolution> waiting = new ArrayList<>();
    for (Resolution each : known.waiting()) {
      if (each.at() <= time) {
        locate(each, known, context.getCurrentKey(), context);
      } else {
        waiting.add(each);
      }
    }
    if (time >= known.expiresAt() && waiting.isEmpty()) {
      identities.clear();
    } else if (waiting.size() != known.waiting().size()) {
      identities.update(new Identity(known.route(), known.bodies(), waiting, known.expiresAt()));
    }
  }
}
