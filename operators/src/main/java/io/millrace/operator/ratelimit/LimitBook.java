package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.state.PaneLists;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.writeback.WriteBackKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

/**
 * The limits of a task's keys, the rules, and how keys are used.
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
    keys = new WriteBackKeys<>(backend, plain, maxParallelism, metrics, spec.state());
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

  /** What a key has left. */
  KeyLimits load(LimitKey key) throws Exception {
    keys.select(key);
    byte[] bytes = limits.value();
    return bytes == null ? new KeyLimits() : KeyLimits.of(bytes);
  }

  /** Keeps what a key has left, under the key. */
  void store(LimitKey key, KeyLimits of) throws Exception {
    keys.select(key);
    if (of.isEmpty()) {
      limits.clear();
    } else {
      limits.update(of.toBytes());
    }
  }

  /** Counts requests of a key, which has to be stored afterwards. */
  void count(LimitKey key, KeyLimits of, KeyUsage use) {
    long window = use.windowStart();
    if (of.isCounting() && of.windowStart() < window) {
      used.accept(of.takeUsage(key, spec.usageWindowMillis()));
    } else if (of.isCounting() && of.windowStart() > window) {
      // Late: a row of its own.
      used.accept(use);
      return;
    }
    if (!of.isCounting()) {
      lookAt(key, use.windowEnd());
    }
    of.count(use);
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
    KeyLimits of = load(key);
    if (of.isCounting() && of.windowStart() + spec.usageWindowMillis() > time) {
      // Its window is still open, and at its end it is looked at again.
      if (spec.usageStart(time) != time) {
        // Unless the list is from a time when windows had another length.
        lookAt(key, of.windowStart() + spec.usageWindowMillis());
      }
      return;
    }
    if (of.isCounting()) {
      used.accept(of.takeUsage(key, spec.usageWindowMillis()));
    }
    long reset = of.forget(time, rules);
    if (!of.isEmpty() && !isLast) {
      long next = Math.min(reset, time + LONGEST_LOOK_MILLIS);
      lookAt(key, spec.usageStart(next - 1) + spec.usageWindowMillis());
    }
    store(key, of);
  }

  /** Puts all into state. */
  void save() throws Exception {
    keys.flush();
    due.save();
  }
}
