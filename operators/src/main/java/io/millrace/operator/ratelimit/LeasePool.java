package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.state.KeyGroupKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final LimitKey key;
    private final Map<Share, Part> parts = new LinkedHashMap<>();
    private final Map<Long, Use> uses = new LinkedHashMap<>();

    // Many requests after each other have the same.
    private @Nullable Part lastPart;
    private @Nullable Use lastUse;

    private KeyNeed(LimitKey key) {
      this.key = key;
    }

    private @Nullable Part part(long at, @Nullable String tier, @Nullable String route) {
      Part last = lastPart;
      if (last == null || !last.isFor(at, tier, route)) {
        last = parts.get(new Share(at, tier, route));
        lastPart = last;
      }
      return last;
    }

    private Use use(long window) {
      Use last = lastUse;
      if (last == null || last.window != window) {
        last = uses.computeIfAbsent(window, Use::new);
        lastUse = last;
      }
      return last;
    }
  }

  /** A demand, and the lease that was granted for it. */
  private static final class Part {
    private final LeaseDemand demand;
    private @Nullable Lease lease;

    private Part(LeaseDemand demand) {
      this.demand = demand;
    }

    private boolean isFor(long at, @Nullable String tier, @Nullable String route) {
      return demand.at() == at
          && Objects.equals(demand.tier(), tier)
          && Objects.equals(demand.route(), route);
    }
  }

  /** The requests of a window. */
  private static final class Use {
    private final long window;
    private long allowed;
    private long refused;
    private long cost;

    private Use(long window) {
      this.window = window;
    }
  }

  /** What is sent to one task. */
  private static final class Batch {
    private final int group;
    private final List<KeyNeed> needs = new ArrayList<>();
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

  /** By name: a key's group follows from it. */
  private final Map<String, KeyNeed> needs = new HashMap<>();

  private @Nullable KeyNeed lastNeed;
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
    KeyNeed need = lastNeed;
    if (need != null && need.key.equals(key)) {
      return need;
    }
    need = needs.get(key.name());
    if (need == null) {
      need = new KeyNeed(key);
      needs.put(key.name(), need);
      batches
          .computeIfAbsent(taskOf.applyAsInt(key.group()), unused -> new Batch(key.group()))
          .needs
          .add(need);
    }
    lastNeed = need;
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
    KeyNeed need = need(key);
    Part part = need.part(at, tier, route);
    if (part == null) {
      part = new Part(new LeaseDemand(at, tier, route, firstRule));
      need.parts.put(new Share(at, tier, route), part);
      need.lastPart = part;
    }
    part.demand.add(cost);
  }

  /** What there is for a request; nothing where it was not asked for. */
  Lease lease(
      LimitKey key, long at, @Nullable String tier, @Nullable String route, String firstRule) {
    Part part = need(key).part(at, tier, route);
    Lease lease = part == null ? null : part.lease;
    return lease != null ? lease : new Lease(new LeaseDemand(at, tier, route, firstRule));
  }

  /** Counts a request that was decided. */
  void count(LimitKey key, long window, boolean allowed, long cost) {
    Use use = need(key).use(window);
    if (allowed) {
      use.allowed++;
      use.cost += cost;
    } else {
      use.refused++;
    }
  }

  /** What is asked for, in pieces, each for the task that has a group of keys. */
  List<Tuple2<Integer, byte[]>> demands() {
    List<Tuple2<Integer, byte[]>> pieces = new ArrayList<>();
    batches.forEach(
        (task, batch) -> {
          FormWriter out = head(DEMANDS, task);
          out.number(batch.needs.size());
          batch.needs.forEach(need -> writeDemands(need, out));
          batch.isAwaited = true;
          awaited++;
          pieces.add(Tuple2.of(batch.group, out.toBytes()));
        });
    return pieces;
  }

  private static void writeDemands(KeyNeed need, FormWriter out) {
    out.number(need.key.group());
    LeaseForms.writeText(out, need.key.name());
    out.number(need.parts.size());
    for (Part part : need.parts.values()) {
      LeaseDemand demand = part.demand;
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
    for (KeyNeed need : batch.needs) {
      need.parts.values().forEach(part -> part.lease = Lease.read(part.demand, in));
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
          batch.needs.forEach(need -> writeSettlement(need, out));
          pieces.add(Tuple2.of(batch.group, out.toBytes()));
        });
    return pieces;
  }

  private static void writeSettlement(KeyNeed need, FormWriter out) {
    out.number(need.key.group());
    LeaseForms.writeText(out, need.key.name());
    List<Lease> leases = new ArrayList<>(need.parts.size());
    for (Part part : need.parts.values()) {
      if (part.lease != null) {
        leases.add(part.lease);
      }
    }
    out.number(leases.size());
    leases.forEach(lease -> out.number(lease.left()));
    out.number(need.uses.size());
    for (Use use : need.uses.values()) {
      out.fixedLong(use.window);
      out.number(use.allowed);
      out.number(use.refused);
      out.number(use.cost);
    }
  }
}
