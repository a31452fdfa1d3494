package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.types.Either;

/**
 * Grants leases of the limits that span domains, each task those of its keys. In event time it
 * waits for the demands of all tasks for an epoch, and grants in the order of the times that they
 * are for; otherwise it grants as they come.
 *
 * <p><b>State</b>: {@link LimitBook}. Leases are settled before any barrier, so that none is in it.
 * <b>Timers</b>: none.
 */
final class LeaseOperator extends AbstractStreamOperator<Tuple2<Integer, byte[]>>
    implements OneInputStreamOperator<
        Either<Tuple2<Integer, byte[]>, RuleCopy>, Tuple2<Integer, byte[]>> {
  private static final long serialVersionUID = 1L;

  private final RateLimitSpec spec;
  private final String uid;

  private transient boolean isRestored;
  private transient LimitBook book;
  private transient Map<LimitKey, Account> accounts;
  private transient List<Batch> waiting;
  private transient long watermark;

  /** A key's leases, and how it was used. */
  private record Account(LeaseAccount leases, LimitBook.Kept kept, List<KeyUsage> uses) {}

  /** What one task asks for. */
  private static final class Batch {
    private final int holder;
    private final int round;
    private final int task;
    private final long epoch;
    private final Map<LimitKey, List<LeaseDemand>> demands = new LinkedHashMap<>();
    private final Map<LeaseDemand, Lease> leases = new HashMap<>();

    private Batch(int holder, int round, int task, long epoch) {
      this.holder = holder;
      this.round = round;
      this.task = task;
      this.epoch = epoch;
    }
  }

  /** A demand and who has it. */
  private record Asked(LeaseDemand demand, Batch batch, int order) {}

  LeaseOperator(RateLimitSpec spec, String uid) {
    this.spec = spec;
    this.uid = uid;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    isRestored = context.isRestored();
  }

  @Override
  public void open() throws Exception {
    super.open();
    accounts = new HashMap<>();
    waiting = new ArrayList<>();
    watermark = Long.MIN_VALUE;
    book =
        new LimitBook(
            spec,
            uid,
            getKeyedStateBackend(),
            getKeyedStateStore(),
            getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks(),
            getMetricGroup(),
            usage -> output.collect(RateLimiter.USED, new StreamRecord<>(usage)));
    book.restore(isRestored);
  }

  /** Keys are selected where state is used. */
  @Override
  public void setKeyContextElement(
      StreamRecord<Either<Tuple2<Integer, byte[]>, RuleCopy>> element) {}

  @Override
  public void processElement(StreamRecord<Either<Tuple2<Integer, byte[]>, RuleCopy>> element)
      throws Exception {
    if (element.getValue().isRight()) {
      book.add(element.getValue().right());
      return;
    }
    FormReader in = new FormReader(element.getValue().left().f1, "demands of leases");
    int kind = in.raw();
    Batch batch =
        new Batch((int) in.number(), (int) in.number(), (int) in.number(), in.fixedLong());
    if (kind == LeasePool.SETTLEMENT) {
      settle(batch.holder, in);
      return;
    }
    read(batch, in);
    waiting.add(batch);
    if (!spec.inEventTime()) {
      grant(waiting);
      waiting.clear();
    }
  }

  private static void read(Batch batch, FormReader in) {
    int keys = in.count(1);
    for (int k = 0; k < keys; k++) {
      LimitKey key = new LimitKey((int) in.number(), LeaseForms.requireText(in));
      int count = in.count(1);
      List<LeaseDemand> demands = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        LeaseDemand demand =
            new LeaseDemand(
                in.fixedLong(),
                LeaseForms.readText(in),
                LeaseForms.readText(in),
                LeaseForms.requireText(in));
        demand.add(in.number(), in.number());
        demands.add(demand);
      }
      batch.demands.put(key, demands);
    }
    in.requireEnd();
  }

  /**
   * Grants what is asked for in epochs of which all demands are in. A task may be ahead of the
   * others and ask for a later one.
   */
  private void grantEpochs() throws Exception {
    List<Batch> complete = new ArrayList<>();
    for (Iterator<Batch> each = waiting.iterator(); each.hasNext(); ) {
      Batch batch = each.next();
      if (batch.epoch + spec.leaseEpochMillis() - 1 <= watermark) {
        complete.add(batch);
        each.remove();
      }
    }
    grant(complete);
  }

  private void grant(List<Batch> batches) throws Exception {
    Map<LimitKey, List<Asked>> byKey = new LinkedHashMap<>();
    for (Batch batch : batches) {
      batch.demands.forEach(
          (key, demands) -> {
            List<Asked> asked = byKey.computeIfAbsent(key, unused -> new ArrayList<>());
            demands.forEach(demand -> asked.add(new Asked(demand, batch, asked.size())));
          });
    }
    for (Map.Entry<LimitKey, List<Asked>> each : byKey.entrySet()) {
      Account account = account(each.getKey());
      if (spec.inEventTime()) {
        // Each task asks in the order of times, and settles in the order in which it asks.
        each.getValue().sort(Comparator.comparingLong(LeaseOperator::turn));
      }
      for (Asked asked : each.getValue()) {
        asked.batch.leases.put(
            asked.demand, account.leases().grant(asked.demand, asked.batch.holder));
      }
    }
    for (Batch batch : batches) {
      output.collect(new StreamRecord<>(Tuple2.of(batch.holder, grants(batch))));
    }
  }

  /**
   * The order in which demands are served: by their times. Within a millisecond the tasks take
   * turns in being first, so that none goes without while there is something for others.
   */
  private static long turn(Asked asked) {
    long at = asked.demand.at();
    long first = Math.floorMod(asked.batch.holder + at * 31, 64L);
    return at * 64 + first;
  }

  private static byte[] grants(Batch batch) {
    FormWriter out = new FormWriter(64);
    out.number(batch.round);
    out.number(batch.task);
    for (List<LeaseDemand> demands : batch.demands.values()) {
      for (LeaseDemand demand : demands) {
        Objects.requireNonNull(batch.leases.get(demand)).write(out);
      }
    }
    return out.toBytes();
  }

  private Account account(LimitKey key) throws Exception {
    Account account = accounts.get(key);
    if (account == null) {
      LimitBook.Kept kept = book.find(key);
      kept.hold(true);
      LeaseAccount leases = new LeaseAccount(key.dimension(), kept.limits(), book.rules());
      account = new Account(leases, kept, new ArrayList<>(1));
      accounts.put(key, account);
    }
    return account;
  }

  private void settle(int holder, FormReader in) throws Exception {
    int keys = in.count(1);
    for (int k = 0; k < keys; k++) {
      LimitKey key = new LimitKey((int) in.number(), LeaseForms.requireText(in));
      int leases = in.count(1);
      List<Long> unused = new ArrayList<>(leases);
      for (int i = 0; i < leases; i++) {
        unused.add(in.number());
      }
      Account account = account(key);
      account.leases().settle(holder, unused);
      int uses = in.count(1);
      for (int i = 0; i < uses; i++) {
        long window = in.fixedLong();
        account
            .uses()
            .add(
                new KeyUsage(
                    key.dimension().code(),
                    key.key(),
                    window,
                    window + spec.usageWindowMillis(),
                    in.number(),
                    in.number(),
                    in.number()));
      }
    }
    in.requireEnd();
    if (!spec.inEventTime()) {
      keepSettled();
    }
  }

  /** Puts into state what keys have left. */
  private void keepSettled() throws Exception {
    for (var each = accounts.values().iterator(); each.hasNext(); ) {
      Account account = each.next();
      if (account.leases().isSettled()) {
        for (KeyUsage use : account.uses()) {
          book.count(account.kept(), use.windowStart(), use.allowed(), use.refused(), use.cost());
        }
        account.kept().change();
        account.kept().hold(false);
        each.remove();
      }
    }
    book.trim();
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    // All tasks have settled the leases up to the watermark before this one.
    keepSettled();
    long settled = watermark == Long.MAX_VALUE ? watermark : watermark + 1;
    watermark = mark.getTimestamp();
    book.advance(watermark == Long.MAX_VALUE ? watermark : settled);
    if (spec.inEventTime()) {
      grantEpochs();
    }
    // What comes later of windows that end by then is not late for whoever comes next.
    if (watermark == Long.MAX_VALUE || settled > Long.MIN_VALUE + 1) {
      output.emitWatermark(watermark == Long.MAX_VALUE ? mark : new Watermark(settled - 1));
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    keepSettled();
    if (!accounts.isEmpty()) {
      throw new IllegalStateException("a barrier came while leases were not settled");
    }
    book.save();
    super.snapshotState(context);
  }
}
