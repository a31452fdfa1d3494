package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.state.KeyGroupKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.apache.flink.api.java.tuple.Tuple2;
import org.jspecify.annotations.Nullable;

/**
 * What one task needs of limits that span domains in one round: what it asks for, what it is
 * granted, and what it says of it in the end. Everything is sent in one piece to each task that
 * grants.
 */
final class LeasePool {
  static final int DEMANDS = 0;
  static final int SETTLEMENT = 1;

  private static final int EXPECTED_BYTES = 256;

  /** Which requests share a lease of a key. */
  private record Share(long at, @Nullable String tier, @Nullable String route) {}

  /** What is needed of one key. */
  private static final class KeyNeed {
    private final Map<Share, LeaseDemand> demands = new LinkedHashMap<>();
    private final Map<Share, Lease> leases = new LinkedHashMap<>();
    private final Map<Long, long[]> uses = new LinkedHashMap<>();
  }

  /** What is sent to one task. */
  private static final class Batch {
    private final int group;
    private final Map<LimitKey, KeyNeed> needs = new LinkedHashMap<>();
    private boolean isAwaited;

    private Batch(int group) {
      this.group = group;
    }
  }

  private final int round;
  private final int holder;
  private final long epoch;
  private final IntUnaryOperator taskOf;
  private final Map<Integer, Batch> batches = new LinkedHashMap<>();
  private final Map<LimitKey, KeyNeed> needs = new HashMap<>();
  private int awaited;

  /**
   * An empty pool.
   *
   * @param round tells it from the task's other pools
   * @param holder a group of the task's keys
   * @param epoch when its requests begin, in milliseconds since the epoch
   * @param taskOf the number of the task that has a group of keys
   */
  LeasePool(int round, int holder, long epoch, IntUnaryOperator taskOf) {
    this.round = round;
    this.holder = holder;
    this.epoch = epoch;
    this.taskOf = taskOf;
  }

  /** Where the limits of a key that spans domains are kept. */
  static LimitKey spanning(LimitDimension dimension, String key) {
    int group = KeyGroupKeys.of(LimitKey.hash(dimension.code() + key));
    return LimitKey.of(group, dimension, key);
  }

  private KeyNeed need(LimitKey key) {
    KeyNeed need = needs.get(key);
    if (need == null) {
      need = new KeyNeed();
      needs.put(key, need);
      batches
          .computeIfAbsent(taskOf.applyAsInt(key.group()), unused -> new Batch(key.group()))
          .needs
          .put(key, need);
    }
    return need;
  }

  /** Adds a request to what is asked for. */
  void demand(
      LimitKey key,
      long at,
      @Nullable String tier,
      @Nullable String route,
      String firstRule,
      long cost) {
    need(key)
        .demands
        .computeIfAbsent(
            new Share(at, tier, route),
            share -> new LeaseDemand(share.at(), share.tier(), share.route(), firstRule))
        .add(cost);
  }

  /** What there is for a request; nothing where it was not asked for. */
  Lease lease(
      LimitKey key, long at, @Nullable String tier, @Nullable String route, String firstRule) {
    Lease lease = need(key).leases.get(new Share(at, tier, route));
    return lease != null ? lease : new Lease(new LeaseDemand(at, tier, route, firstRule));
  }

  /** Counts a request that was decided. */
  void count(LimitKey key, long window, boolean allowed, long cost) {
    long[] use = need(key).uses.computeIfAbsent(window, unused -> new long[3]);
    use[allowed ? 0 : 1]++;
    use[2] += allowed ? cost : 0;
  }

  /** What is asked for, in pieces, each for the task that has a group of keys. */
  List<Tuple2<Integer, byte[]>> demands() {
    List<Tuple2<Integer, byte[]>> pieces = new ArrayList<>();
    batches.forEach(
        (task, batch) -> {
          FormWriter out = head(DEMANDS, task);
          out.number(batch.needs.size());
          batch.needs.forEach((key, need) -> writeDemands(key, need, out));
          batch.isAwaited = true;
          awaited++;
          pieces.add(Tuple2.of(batch.group, out.toBytes()));
        });
    return pieces;
  }

  private static void writeDemands(LimitKey key, KeyNeed need, FormWriter out) {
    out.number(key.group());
    LeaseForms.writeText(out, key.name());
    out.number(need.demands.size());
    for (LeaseDemand demand : need.demands.values()) {
      out.fixedLong(demand.at());
      LeaseForms.writeText(out, demand.tier());
      LeaseForms.writeText(out, demand.route());
      LeaseForms.writeText(out, demand.firstRule());
      out.number(demand.units());
      out.number(demand.requests());
    }
  }

  private FormWriter head(int kind, int task) {
    FormWriter out = new FormWriter(EXPECTED_BYTES);
    out.raw(kind);
    out.number(holder);
    out.number(round);
    out.number(task);
    out.fixedLong(epoch);
    return out;
  }

  /** Whether grants are still to come. */
  boolean isWaiting() {
    return awaited > 0;
  }

  /** Takes the grants of one task; those of another round are of no use any more. */
  void granted(byte[] bytes) {
    FormReader in = new FormReader(bytes, "grants");
    int ofRound = (int) in.number();
    int task = (int) in.number();
    if (ofRound != round) {
      return;
    }
    Batch batch = batches.get(task);
    if (batch == null || !batch.isAwaited) {
      throw in.damaged("answer nobody");
    }
    batch.isAwaited = false;
    awaited--;
    for (KeyNeed need : batch.needs.values()) {
      need.demands.forEach((share, demand) -> need.leases.put(share, Lease.read(demand, in)));
    }
    in.requireEnd();
  }

  /** What was not used, and what was decided, in such pieces. */
  List<Tuple2<Integer, byte[]>> settlement() {
    List<Tuple2<Integer, byte[]>> pieces = new ArrayList<>();
    batches.forEach(
        (task, batch) -> {
          FormWriter out = head(SETTLEMENT, task);
          out.number(batch.needs.size());
          batch.needs.forEach(
              (key, need) -> {
                out.number(key.group());
                LeaseForms.writeText(out, key.name());
                out.number(need.leases.size());
                need.leases.values().forEach(lease -> out.number(lease.left()));
                out.number(need.uses.size());
                need.uses.forEach(
                    (window, use) -> {
                      out.fixedLong(window);
                      out.number(use[0]);
                      out.number(use[1]);
                      out.number(use[2]);
                    });
              });
          pieces.add(Tuple2.of(batch.group, out.toBytes()));
        });
    return pieces;
  }
}
