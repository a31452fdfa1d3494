package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.state.PaneLists;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.writeback.WriteBackKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a task's keys, the rules, and how keys are used.
 *
 * <p>The keys in use are at hand as objects, up to a number of them: those that have not been asked
 * for since the hand last came by leave first, when {@link #trim} is called.
 *
 * <p><b>State</b>: {@link KeyLimits} of each key that was asked for, written back. A key is looked
 * at when a window of its use ends, and when all that it has should be there again, and is cleared
 * then if it is. In state too: for each of these times the names of the keys to look at; of each
 * rule at most 64 versions, as often as there are groups of keys. <b>Timers</b>: none.
 */
final class LimitBook {
  private static final ValueStateDescriptor<byte[]> LIMITS =
      new ValueStateDescriptor<>("limits", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  private static final MapStateDescriptor<String, RuleVersions> RULES =
      new MapStateDescriptor<>("rules", Types.STRING, TypeInformation.of(RuleVersions.class));

  /** A key whose limits come back slowly is looked at so often all the same. */
  private static final long LONGEST_LOOK_MILLIS = 7L * 24 * 60 * 60 * 1000;

  private final RateLimitSpec spec;
  private final KeyedStateBackend<LimitKey> backend;
  private final WriteBackKeys<LimitKey> keys;
  private final ValueState<byte[]> limits;
  private final MapState<String, RuleVersions> savedRules;
  private final PaneLists due;
  private final RuleBook rules = new RuleBook();
  private final Consumer<KeyUsage> used;

  /** By name: a key's group follows from it. */
  private final Map<String, Kept> atHand = new HashMap<>();

  private final List<Kept> ring = new ArrayList<>();
  private int hand;

  /** A key at hand, and what it has left. */
  static final class Kept {
    private final LimitKey key;
    private final KeyLimits limits;
    private boolean isChanged;
    private boolean isUsed;
    private boolean isHeld;
    private @Nullable KeyLimits trial;
    private int trialRound;

    private Kept(LimitKey key, KeyLimits limits) {
      this.key = key;
      this.limits = limits;
    }

    LimitKey key() {
      return key;
    }

    /** What it has left; whoever changes it has to say so. */
    KeyLimits limits() {
      return limits;
    }

    /** Says that it has changed. */
    void change() {
      isChanged = true;
    }

    /** Has it stay at hand, or not. */
    void hold(boolean held) {
      isHeld = held;
    }

    /** What it would have left if all was allowed that is tried in a round. */
    KeyLimits trial(int round) {
      KeyLimits of = trial;
      if (of == null || trialRound != round) {
        of = limits.copy();
        trial = of;
        trialRound = round;
      }
      return of;
    }

    /** Forgets what was tried. */
    void endTrial() {
      trial = null;
    }
  }

  /**
   * Opens the states of a task.
   *
   * @param used is given each use of a key in a window
   */
  LimitBook(
      RateLimitSpec spec,
      String uid,
      KeyedStateBackend<LimitKey> backend,
      KeyedStateStore plain,
      int maxParallelism,
      MetricGroup metrics,
      Consumer<KeyUsage> used)
      throws Exception {
    this.spec = spec;
    this.backend = backend;
    this.used = used;
    keys =
        new WriteBackKeys<>(backend, plain, maxParallelism, metrics, spec.state().withObjects(0));
    limits = SavedState.open(uid, LIMITS.getName(), () -> keys.state(LIMITS));
    savedRules = SavedState.open(uid, RULES.getName(), () -> plain.getMapState(RULES));
    due = PaneLists.open(plain, uid, "due", this::selectGroup);
  }

  /** Finds what was saved. */
  void restore(boolean isRestored) throws Exception {
    keys.open(isRestored);
    if (!isRestored) {
      return;
    }
    for (int group : groupsWith(RULES.getName())) {
      selectGroup(group);
      for (RuleVersions versions : savedRules.values()) {
        versions.rules().forEach(rules::add);
      }
    }
    due.restore(groupsWith(due.keysState()));
  }

  /** The groups whose key has a state. */
  List<Integer> groupsWith(String state) {
    try (Stream<LimitKey> found = backend.getKeys(state, VoidNamespace.INSTANCE)) {
      return found.map(LimitKey::group).toList();
    }
  }

  /** Has states asked under the key of a group. */
  void selectGroup(int group) {
    keys.selectPlain(LimitKey.ofGroup(group));
  }

  RuleBook rules() {
    return rules;
  }

  /** Takes note of a version of a rule, for the group that it was sent to. */
  void add(RuleCopy copy) throws Exception {
    rules.add(copy.rule());
    selectGroup(copy.group());
    String ruleId = copy.rule().ruleId();
    savedRules.put(ruleId, new RuleVersions(rules.versions(ruleId)));
  }

  /** What a key has left; it is at hand until {@link #trim}. */
  Kept find(LimitKey key) throws Exception {
    Kept kept = atHand.get(key.name());
    if (kept == null) {
      kept = new Kept(key, read(key));
      atHand.put(key.name(), kept);
      ring.add(kept);
    }
    kept.isUsed = true;
    return kept;
  }

  /** Has no more keys at hand than there is room for, but for those that are held. */
  void trim() throws Exception {
    int most = spec.state().mostObjects();
    // Each is passed twice at most: once since it was used.
    for (int left = 2 * ring.size(); ring.size() > most && left > 0; left--) {
      hand = hand < ring.size() ? hand : 0;
      Kept kept = ring.get(hand);
      if (kept.isUsed || kept.isHeld) {
        kept.isUsed = false;
        hand++;
        continue;
      }
      keep(kept);
      atHand.remove(kept.key.name());
      Kept last = ring.remove(ring.size() - 1);
      if (last != kept) {
        ring.set(hand, last);
      }
    }
  }

  private void keep(Kept kept) throws Exception {
    if (kept.isChanged) {
      write(kept.key, kept.limits);
      kept.isChanged = false;
    }
  }

  private KeyLimits read(LimitKey key) throws Exception {
    keys.select(key);
    byte[] bytes = limits.value();
    return bytes == null ? new KeyLimits() : KeyLimits.of(bytes);
  }

  private void write(LimitKey key, KeyLimits of) throws Exception {
    keys.select(key);
    if (of.isEmpty()) {
      limits.clear();
    } else {
      limits.update(of.toBytes());
    }
  }

  /**
   * Counts requests of a key, which has changed by that.
   *
   * @param window start of the window that they are in
   */
  void count(Kept kept, long window, long allowed, long refused, long cost) {
    KeyLimits of = kept.limits;
    kept.isChanged = true;
    if (of.isCounting() && of.windowStart() != window) {
      if (of.windowStart() > window) {
        // Late: a row of its own.
        used.accept(usage(kept.key, window, allowed, refused, cost));
        return;
      }
      used.accept(of.takeUsage(kept.key, spec.usageWindowMillis()));
    }
    if (!of.isCounting()) {
      lookAt(kept.key, window + spec.usageWindowMillis());
    }
    of.count(window, allowed, refused, cost);
  }

  private KeyUsage usage(LimitKey key, long window, long allowed, long refused, long cost) {
    return new KeyUsage(
        key.dimension().code(),
        key.key(),
        window,
        window + spec.usageWindowMillis(),
        allowed,
        refused,
        cost);
  }

  private void lookAt(LimitKey key, long time) {
    byte[] name = key.name().getBytes(StandardCharsets.UTF_8);
    due.to(key.group(), time).item(name, 0, name.length);
  }

  /**
   * Gives the use of keys in windows that have ended, and forgets keys that have all back.
   *
   * @param until windows that end by then have ended
   */
  void advance(long until) throws Exception {
    while (!due.panes().isEmpty() && due.panes().first() <= until) {
      long time = due.panes().first();
      for (int group : due.groups(time)) {
        List<byte[]> pieces = due.read(group, time);
        due.remove(group, time);
        for (byte[] piece : pieces) {
          FormReader in = new FormReader(piece, "a list of keys");
          while (in.position() < piece.length) {
            int length = in.count(1);
            int start = in.skip(length);
            String name = new String(piece, start, length, StandardCharsets.UTF_8);
            look(new LimitKey(group, name), time, until == Long.MAX_VALUE);
          }
        }
      }
    }
  }

  private void look(LimitKey key, long time, boolean isLast) throws Exception {
    Kept kept = atHand.get(key.name());
    if (kept != null) {
      kept.isChanged |= look(key, kept.limits, time, isLast);
      return;
    }
    // It comes to no hand by this, for nobody asks for it.
    KeyLimits of = read(key);
    if (look(key, of, time, isLast)) {
      write(key, of);
    }
  }

  /** Looks at a key; whether it has changed. */
  private boolean look(LimitKey key, KeyLimits of, long time, boolean isLast) {
    if (of.isCounting() && of.windowStart() + spec.usageWindowMillis() > time) {
      // Its window is still open, and at its end it is looked at again.
      if (spec.usageStart(time) != time) {
        // Unless the list is from a time when windows had another length.
        lookAt(key, of.windowStart() + spec.usageWindowMillis());
      }
      return false;
    }
    if (of.isCounting()) {
      used.accept(of.takeUsage(key, spec.usageWindowMillis()));
    }
    long reset = of.forget(time, rules);
    if (!of.isEmpty() && !isLast) {
      long next = Math.min(reset, time + LONGEST_LOOK_MILLIS);
      lookAt(key, spec.usageStart(next - 1) + spec.usageWindowMillis());
    }
    return true;
  }

  /** Puts all into state. */
  void save() throws Exception {
    for (Kept kept : ring) {
      keep(kept);
    }
    keys.flush();
    due.save();
  }
}
