package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.ratelimit.RuleBook.InForce;
import io.millrace.operator.ratelimit.RuleBook.Term;
import io.millrace.operator.sketch.Utf8Order;
import io.millrace.operator.state.KeyGroupKeys;
import io.millrace.operator.state.PaneLists;
import io.millrace.operator.state.WatermarkMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.types.Either;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Decides about requests. In event time they wait for the watermark and are decided in the order of
 * their times and ids, an epoch at a time. What limits that span domains admit is leased for the
 * whole epoch before its requests are decided; the task waits for the grants within one call, so
 * that no barrier passes it meanwhile.
 *
 * <p><b>State</b>: {@link LimitBook}; requests that wait, until they are decided; verdicts, until
 * the watermark has left them behind by the horizon; the watermark. <b>Timers</b>: one in
 * processing time, where requests are decided as they come and have to lease.
 */
final class RateLimitOperator<T> extends AbstractStreamOperator<Verdict>
    implements OneInputStreamOperator<Either<T, RuleCopy>, Verdict>,
        BoundedOneInput,
        ProcessingTimeCallback {
  private static final long serialVersionUID = 1L;
  private static final LimitDimension[] DIMENSIONS = LimitDimension.values();
  private static final String WAITING = "waiting";
  private static final String VERDICTS = "verdicts";

  private final RateLimitSpec spec;
  private final RequestFields<T> fields;
  private final TypeSerializer<T> serializer;
  private final OutputTag<Tuple2<T, Long>> late;
  private final String channel;
  private final String uid;
  private final transient MailboxExecutor mailbox;

  private transient boolean isRestored;
  private transient LimitBook book;
  private transient PaneLists savedRequests;
  private transient PaneLists savedVerdicts;

  /** Requests that wait, by the start of their epoch. */
  private transient NavigableMap<Long, List<Waiting<T>>> waiting;

  private transient Map<Integer, VerdictMemory> memories;
  private transient Decision decision;
  private transient List<Touched> touched;

  /** The keys that a request has to do with, which are leased. */
  private transient List<LimitKey> leased;

  private transient Map<LimitDimension, Spanning> spanning;
  private transient @Nullable LeasePool pool;
  private transient @Nullable GrantChannel grants;
  private transient boolean spans;
  private transient @Nullable ScheduledFuture<?> tick;
  private transient int round;
  private transient WatermarkMemory memory;
  private transient Counter repetitions;

  /** A request that waits. */
  private static final class Waiting<T> {
    private final T request;
    private final int group;
    private final long at;
    private final String id;
    private boolean isSaved;

    private Waiting(T request, int group, long at, String id) {
      this.request = request;
      this.group = group;
      this.at = at;
      this.id = id;
    }
  }

  /** A key that a request has to do with, which this task keeps. */
  private record Touched(LimitKey key, KeyLimits limits) {}

  /** Of a dimension the key of the last request, and where its limits are kept. */
  private record Spanning(String key, LimitKey limits) {}

  RateLimitOperator(
      StreamOperatorParameters<Verdict> parameters,
      RateLimitSpec spec,
      RequestFields<T> fields,
      TypeSerializer<T> serializer,
      OutputTag<Tuple2<T, Long>> late,
      String channels,
      String uid) {
    super(parameters);
    this.spec = spec;
    this.fields = fields;
    this.serializer = serializer.duplicate();
    this.late = late;
    this.uid = uid;
    this.mailbox = parameters.getMailboxExecutor();
    this.channel =
        channels
            + parameters.getContainingTask().getEnvironment().getTaskInfo().getIndexOfThisSubtask();
  }

  /** The group of keys that decides about a request. */
  static <T> int group(T request, RequestFields<T> fields, RateLimitSpec spec) {
    if (!spec.leases()) {
      return KeyGroupKeys.of(0);
    }
    String domain = fields.key(request, spec.domain());
    return KeyGroupKeys.of(LimitKey.hash(domain == null ? fields.id(request) : domain));
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    isRestored = context.isRestored();
    // Sources begin anew after a failure, but what was decided before is not decided again.
    memory = WatermarkMemory.open(context.getOperatorStateStore());
  }

  @Override
  public void open() throws Exception {
    super.open();
    requireAligned();
    waiting = new TreeMap<>();
    memories = new HashMap<>();
    decision = new Decision();
    touched = new ArrayList<>();
    leased = new ArrayList<>();
    spanning = new EnumMap<>(LimitDimension.class);
    repetitions = getMetricGroup().counter("numRepetitions");
    book =
        new LimitBook(
            spec,
            uid,
            getKeyedStateBackend(),
            getKeyedStateStore(),
            keyGroups(),
            getMetricGroup(),
            usage -> output.collect(RateLimiter.USED, new StreamRecord<>(usage)));
    savedRequests = PaneLists.open(getKeyedStateStore(), uid, WAITING, book::selectGroup);
    savedVerdicts = PaneLists.open(getKeyedStateStore(), uid, VERDICTS, book::selectGroup);
    book.restore(isRestored);
    if (isRestored) {
      savedRequests.restore(book.groupsWith(savedRequests.keysState()));
      savedVerdicts.restore(book.groupsWith(savedVerdicts.keysState()));
      restoreRequests();
      restoreVerdicts();
    }
    rulesChanged();
    if (spec.leases()) {
      grants = GrantChannel.open(channel, mailbox, this::granted);
    }
    if (!spec.inEventTime() && !waiting.isEmpty()) {
      tick();
    }
  }

  private int keyGroups() {
    return getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
  }

  private void requireAligned() {
    boolean isUnaligned =
        getContainingTask()
            .getEnvironment()
            .getJobConfiguration()
            .get(CheckpointingOptions.ENABLE_UNALIGNED);
    if (spec.leases() && isUnaligned) {
      throw new IllegalStateException(
          "leases need aligned checkpoints, but "
              + CheckpointingOptions.ENABLE_UNALIGNED.key()
              + " is true; set it to false");
    }
  }

  /** Keys are selected where state is used. */
  @Override
  public void setKeyContextElement(StreamRecord<Either<T, RuleCopy>> element) {}

  @Override
  public void processElement(StreamRecord<Either<T, RuleCopy>> element) throws Exception {
    if (element.getValue().isRight()) {
      book.add(element.getValue().right());
      rulesChanged();
      return;
    }
    T request = element.getValue().left();
    long at = fields.at(request);
    if (spec.inEventTime()) {
      long epoch = spec.epochStart(at);
      if (epochEnd(epoch) - 1 <= memory.latest()) {
        output.collect(late, new StreamRecord<>(Tuple2.of(request, memory.latest())));
      } else {
        add(waiting(request, at), epoch);
      }
    } else if (spans || !waiting.isEmpty()) {
      add(waiting(request, at), 0);
      tick();
    } else {
      decide(waiting(request, at));
    }
  }

  private void rulesChanged() {
    spans = spec.leases() && book.rules().limits(dimension -> !spec.isLocal(dimension));
  }

  private Waiting<T> waiting(T request, long at) {
    return new Waiting<>(request, group(request, fields, spec), at, fields.id(request));
  }

  private void add(Waiting<T> request, long epoch) {
    waiting.computeIfAbsent(epoch, unused -> new ArrayList<>()).add(request);
  }

  private long epochEnd(long epoch) {
    return epoch + spec.leaseEpochMillis();
  }

  private void tick() {
    if (tick == null) {
      long now = getProcessingTimeService().getCurrentProcessingTime();
      tick = getProcessingTimeService().registerTimer(epochEnd(spec.epochStart(now)), this);
    }
  }

  @Override
  public void onProcessingTime(long time) throws Exception {
    tick = null;
    decideWaiting();
  }

  @Override
  public void endInput() throws Exception {
    decideWaiting();
  }

  /** Decides about all that wait, unless that is being done. */
  private void decideWaiting() throws Exception {
    if (pool != null) {
      tick();
      return;
    }
    while (!waiting.isEmpty()) {
      decideEpoch(waiting.firstKey());
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (spec.inEventTime()) {
      while (!waiting.isEmpty() && epochEnd(waiting.firstKey()) - 1 <= mark.getTimestamp()) {
        long epoch = waiting.firstKey();
        book.advance(epoch);
        decideEpoch(epoch);
      }
    }
    long watermark = memory.later(mark).getTimestamp();
    book.advance(watermark == Long.MAX_VALUE ? watermark : watermark + 1);
    forgetVerdicts();
    super.processWatermark(mark);
  }

  private void decideEpoch(long epoch) throws Exception {
    List<Waiting<T>> batch = Objects.requireNonNull(waiting.remove(epoch));
    if (spec.inEventTime()) {
      batch.sort(
          Comparator.<Waiting<T>>comparingLong(request -> request.at)
              .thenComparing(request -> request.id, Utf8Order.INSTANCE));
    }
    for (int group : savedRequests.groups(epoch)) {
      savedRequests.remove(group, epoch);
    }
    if (spans) {
      lease(batch, epoch);
    }
    for (Waiting<T> request : batch) {
      decide(request);
    }
    if (pool != null) {
      send(pool.settlement());
      pool = null;
    }
  }

  /** Asks for what the requests need, as if all were allowed, and waits until it is granted. */
  private void lease(List<Waiting<T>> batch, long epoch) throws Exception {
    LeasePool asked = new LeasePool(++round, KeyGroupKeys.at(firstKeyGroup()), epoch, this::taskOf);
    pool = asked;
    Map<LimitKey, KeyLimits> trial = new HashMap<>();
    Set<String> ids = new HashSet<>();
    for (Waiting<T> request : batch) {
      boolean isRepetition =
          spec.verdictHorizonMillis() > 0 && (!ids.add(request.id) || known(request) != null);
      if (!isRepetition) {
        demand(request, asked, trial);
      }
    }
    List<Tuple2<Integer, byte[]>> demands = asked.demands();
    if (demands.isEmpty()) {
      return;
    }
    send(demands);
    if (spec.inEventTime()) {
      // Whoever grants knows by this that all of the epoch's demands are in.
      output.emitWatermark(new Watermark(epochEnd(epoch) - 1));
    }
    while (asked.isWaiting()) {
      mailbox.yield();
    }
  }

  private int taskOf(int group) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        group, keyGroups(), getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
  }

  private int firstKeyGroup() {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    return KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
            keyGroups(), task.getNumberOfParallelSubtasks(), task.getIndexOfThisSubtask())
        .getStartKeyGroup();
  }

  private void send(List<Tuple2<Integer, byte[]>> pieces) {
    for (Tuple2<Integer, byte[]> piece : pieces) {
      output.collect(RateLimiter.LEASES, new StreamRecord<>(piece));
    }
  }

  private void granted(byte[] bytes) {
    if (pool != null) {
      pool.granted(bytes);
    }
  }

  private void demand(Waiting<T> waiting, LeasePool asked, Map<LimitKey, KeyLimits> trial)
      throws Exception {
    T request = waiting.request;
    InForce rules = book.rules().at(waiting.at);
    long cost = fields.cost(request);
    String tier = fields.tier(request);
    String route = fields.route(request);
    decision.start(cost);
    for (LimitDimension dimension : DIMENSIONS) {
      String key = spec.isLocal(dimension) ? key(request, dimension, rules) : null;
      if (key != null) {
        LimitKey of = LimitKey.of(waiting.group, dimension, key);
        KeyLimits limits = trial.get(of);
        if (limits == null) {
          limits = book.load(of);
          trial.put(of, limits);
        }
        decision.add(limits, rules.of(dimension), waiting.at, tier, route, book.rules());
      }
    }
    if (!decision.wouldAllow()) {
      return;
    }
    decision.take();
    for (LimitDimension dimension : DIMENSIONS) {
      String key = spec.isLocal(dimension) ? null : key(request, dimension, rules);
      Term first = key == null ? null : first(rules.of(dimension), tier, route);
      if (key != null && first != null) {
        asked.demand(
            spanning(dimension, key),
            waiting.at,
            rules.askForTier(dimension) ? tier : null,
            rules.askForRoute(dimension) ? route : null,
            first.rule().ruleId(),
            cost);
      }
    }
  }

  /** Where the limits of a key are kept; many requests after each other often have the same. */
  private LimitKey spanning(LimitDimension dimension, String key) {
    Spanning last = spanning.get(dimension);
    if (last == null || !last.key().equals(key)) {
      last = new Spanning(key, LeasePool.spanning(dimension, key));
      spanning.put(dimension, last);
    }
    return last.limits();
  }

  /** A request's key where a rule limits the dimension; null where none does, or it has none. */
  private @Nullable String key(T request, LimitDimension dimension, InForce rules) {
    if (rules.of(dimension).isEmpty()) {
      return null;
    }
    return dimension == LimitDimension.GLOBAL
        ? LimitDimension.EVERYTHING
        : fields.key(request, dimension);
  }

  private static @Nullable Term first(
      List<Term> rules, @Nullable String tier, @Nullable String route) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).rule().isFor(tier, route)) {
        return rules.get(i);
      }
    }
    return null;
  }

  private void decide(Waiting<T> waiting) throws Exception {
    Verdict before = spec.verdictHorizonMillis() > 0 ? known(waiting) : null;
    if (before != null) {
      repetitions.inc();
      output.collect(new StreamRecord<>(before));
      return;
    }
    T request = waiting.request;
    InForce rules = book.rules().at(waiting.at);
    String tier = fields.tier(request);
    String route = fields.route(request);
    long cost = fields.cost(request);
    decision.start(cost);
    touched.clear();
    leased.clear();
    for (LimitDimension dimension : DIMENSIONS) {
      String key = key(request, dimension, rules);
      Term first = key == null ? null : first(rules.of(dimension), tier, route);
      if (key == null || first == null) {
        continue;
      }
      if (spec.isLocal(dimension)) {
        LimitKey of = LimitKey.of(waiting.group, dimension, key);
        KeyLimits limits = book.load(of);
        decision.add(limits, rules.of(dimension), waiting.at, tier, route, book.rules());
        touched.add(new Touched(of, limits));
      } else {
        LimitKey of = spanning(dimension, key);
        leased.add(of);
        decision.add(
            requirePool()
                .lease(
                    of,
                    waiting.at,
                    rules.askForTier(dimension) ? tier : null,
                    rules.askForRoute(dimension) ? route : null,
                    first.rule().ruleId()));
      }
    }
    boolean allowed = decision.decide();
    Verdict verdict = decision.verdict(waiting.id, waiting.at);
    count(waiting.at, allowed, cost);
    remember(waiting, verdict);
    output.collect(new StreamRecord<>(verdict));
  }

  private LeasePool requirePool() {
    if (pool == null) {
      throw new IllegalStateException("a request was decided before its leases were granted");
    }
    return pool;
  }

  /** Counts a request for each key that a rule limits, and keeps what those keys have left. */
  private void count(long at, boolean allowed, long cost) throws Exception {
    long window = spec.usageStart(at);
    for (Touched each : touched) {
      KeyUsage use =
          new KeyUsage(
              each.key().dimension().code(),
              each.key().key(),
              window,
              window + spec.usageWindowMillis(),
              allowed ? 1 : 0,
              allowed ? 0 : 1,
              allowed ? cost : 0);
      book.count(each.key(), each.limits(), use);
      book.store(each.key(), each.limits());
    }
    for (LimitKey each : leased) {
      requirePool().count(each, window, allowed, cost);
    }
  }

  private @Nullable Verdict known(Waiting<T> waiting) {
    VerdictMemory memory = memories.get(waiting.group);
    return memory == null ? null : memory.find(LimitKey.hash(waiting.id), waiting.id, waiting.at);
  }

  private void remember(Waiting<T> waiting, Verdict verdict) {
    if (spec.verdictHorizonMillis() == 0) {
      return;
    }
    VerdictMemory memory = memory(waiting.group);
    long hash = LimitKey.hash(waiting.id);
    byte[] form = VerdictMemory.form(verdict);
    memory.add(hash, waiting.at, form);
    FormWriter out = savedVerdicts.to(waiting.group, memory.paneStart(waiting.at));
    out.fixedLong(hash);
    out.item(form, 0, form.length);
  }

  private VerdictMemory memory(int group) {
    return memories.computeIfAbsent(
        group, unused -> new VerdictMemory(spec.verdictHorizonMillis()));
  }

  private void forgetVerdicts() throws Exception {
    long watermark = memory.latest();
    long before =
        watermark == Long.MAX_VALUE || watermark < Long.MIN_VALUE + spec.verdictHorizonMillis()
            ? watermark
            : watermark - spec.verdictHorizonMillis();
    for (var each = memories.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<Integer, VerdictMemory> memory = each.next();
      for (long pane : memory.getValue().forget(before)) {
        savedVerdicts.remove(memory.getKey(), pane);
      }
      if (memory.getValue().isEmpty()) {
        each.remove();
      }
    }
  }

  private void restoreVerdicts() throws Exception {
    for (long pane : savedVerdicts.panes()) {
      for (int group : savedVerdicts.groups(pane)) {
        VerdictMemory memory = memory(group);
        for (byte[] piece : savedVerdicts.read(group, pane)) {
          FormReader in = new FormReader(piece, "a list of verdicts");
          while (in.position() < piece.length) {
            long hash = in.fixedLong();
            byte[] form = item(in);
            memory.add(hash, new FormReader(form, "a verdict").fixedLong(), form);
          }
        }
      }
    }
  }

  private static byte[] item(FormReader in) {
    int length = in.count(1);
    int start = in.skip(length);
    return Arrays.copyOfRange(in.bytes(), start, start + length);
  }

  private void restoreRequests() throws Exception {
    for (long epoch : savedRequests.panes()) {
      for (int group : savedRequests.groups(epoch)) {
        for (byte[] piece : savedRequests.read(group, epoch)) {
          FormReader in = new FormReader(piece, "a list of requests");
          while (in.position() < piece.length) {
            T request = serializer.deserialize(new DataInputDeserializer(item(in)));
            Waiting<T> restored = waiting(request, fields.at(request));
            restored.isSaved = true;
            add(restored, epoch);
          }
        }
      }
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    save();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    // Whoever takes a snapshot without a barrier, as Flink's test harness does.
    save();
    super.snapshotState(context);
  }

  private void save() throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(256);
    for (Map.Entry<Long, List<Waiting<T>>> epoch : waiting.entrySet()) {
      for (Waiting<T> request : epoch.getValue()) {
        if (!request.isSaved) {
          out.clear();
          serializer.serialize(request.request, out);
          savedRequests
              .to(request.group, epoch.getKey())
              .item(out.getSharedBuffer(), 0, out.length());
          request.isSaved = true;
        }
      }
    }
    savedRequests.save();
    savedVerdicts.save();
    book.save();
    memory.save();
  }

  @Override
  public void close() throws Exception {
    if (tick != null) {
      tick.cancel(false);
    }
    if (grants != null) {
      grants.close();
    }
    super.close();
  }
}
