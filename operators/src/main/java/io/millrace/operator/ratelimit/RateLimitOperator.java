package io.millrace.operator.ratelimit;

import io.millrace.operator.ratelimit.LimitBook.Kept;
import io.millrace.operator.ratelimit.RuleBook.InForce;
import io.millrace.operator.ratelimit.RuleBook.Term;
import io.millrace.operator.sketch.Utf8Order;
import io.millrace.operator.state.KeyGroupKeys;
import io.millrace.operator.state.PaneLists;
import io.millrace.operator.state.WatermarkMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
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

  private transient WaitingRequests<T> waiting;

  /** By the numbers of the groups of keys; those of groups that have no verdict are absent. */
  private transient @Nullable VerdictMemory[] memories;

  private transient HashBatch ids;
  private transient Decision decision;

  /** The keys that a request has to do with, which this task keeps. */
  private transient List<Kept> touched;

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

  /** A request that is being decided. */
  private static final class Waiting<T> {
    private final T request;
    private final int groupIndex;
    private final long at;
    private final String id;
    private final long idHash;

    /** Whether it is known to be no repetition. */
    private boolean isNew;

    /** Its key in the domain, where that was looked for. */
    private @Nullable Kept domain;

    private Waiting(T request, int groupIndex, RequestFields<T> fields) {
      this.request = request;
      this.groupIndex = groupIndex;
      at = fields.at(request);
      id = fields.id(request);
      idHash = fields.idHash(request);
    }

    private int group() {
      return KeyGroupKeys.at(groupIndex);
    }
  }

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
    return KeyGroupKeys.at(groupIndex(request, fields, spec));
  }

  private static <T> int groupIndex(T request, RequestFields<T> fields, RateLimitSpec spec) {
    return KeyGroupKeys.index(spec.leases() ? fields.keyHash(request, spec.domain()) : 0);
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
    memories = new VerdictMemory[KeyGroupKeys.COUNT];
    ids = new HashBatch();
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
    waiting = new WaitingRequests<>(serializer, savedRequests);
    book.restore(isRestored);
    if (isRestored) {
      savedRequests.restore(book.groupsWith(savedRequests.keysState()));
      savedVerdicts.restore(book.groupsWith(savedVerdicts.keysState()));
      waiting.restore();
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
        waiting.add(epoch, groupIndex(request, fields, spec), request);
      }
    } else if (spans || !waiting.isEmpty()) {
      waiting.add(0, groupIndex(request, fields, spec), request);
      tick();
    } else {
      decide(new Waiting<>(request, groupIndex(request, fields, spec), fields));
      book.trim();
    }
  }

  private void rulesChanged() {
    spans = spec.leases() && book.rules().limits(dimension -> !spec.isLocal(dimension));
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
      decideEpoch(waiting.first());
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (spec.inEventTime()) {
      while (!waiting.isEmpty() && epochEnd(waiting.first()) - 1 <= mark.getTimestamp()) {
        long epoch = waiting.first();
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
    List<Waiting<T>> batch = new ArrayList<>();
    waiting.take(
        epoch, (request, groupIndex) -> batch.add(new Waiting<>(request, groupIndex, fields)));
    if (spec.inEventTime()) {
      batch.sort(
          Comparator.<Waiting<T>>comparingLong(request -> request.at)
              .thenComparing(request -> request.id, Utf8Order.INSTANCE));
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
    book.trim();
  }

  /** Asks for what the requests need, as if all were allowed, and waits until it is granted. */
  private void lease(List<Waiting<T>> batch, long epoch) throws Exception {
    LeasePool asked = new LeasePool(++round, KeyGroupKeys.at(firstKeyGroup()), epoch, this::taskOf);
    pool = asked;
    ids.start(batch.size());
    for (Waiting<T> request : batch) {
      request.isNew =
          spec.verdictHorizonMillis() == 0 || (ids.add(request.idHash) && known(request) == null);
      if (request.isNew) {
        demand(request, asked);
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

  private void demand(Waiting<T> waiting, LeasePool asked) throws Exception {
    T request = waiting.request;
    InForce rules = book.rules().at(waiting.at);
    long cost = fields.cost(request);
    String tier = rules.askForTier() ? fields.tier(request) : null;
    String route = rules.askForRoute() ? fields.route(request) : null;
    decision.start(cost);
    if (!rules.of(spec.domain()).isEmpty()) {
      Kept domain = kept(waiting, spec.domain());
      if (domain != null) {
        decision.add(
            domain.trial(round), rules.of(spec.domain()), waiting.at, tier, route, book.rules());
      }
    }
    if (!decision.wouldAllow()) {
      return;
    }
    decision.take();
    for (LimitDimension dimension : rules.dimensions()) {
      String key = spec.isLocal(dimension) ? null : key(request, dimension);
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

  /** What a request's key, which this task keeps, has left; null where it has none. */
  private @Nullable Kept kept(Waiting<T> waiting, LimitDimension dimension) throws Exception {
    boolean isDomain = spec.leases() && dimension == spec.domain();
    if (isDomain && waiting.domain != null) {
      return waiting.domain;
    }
    String key = key(waiting.request, dimension);
    Kept kept = key == null ? null : book.find(LimitKey.of(waiting.group(), dimension, key));
    if (isDomain) {
      waiting.domain = kept;
    }
    return kept;
  }

  /** A request's key in a dimension; null where it has none. */
  private @Nullable String key(T request, LimitDimension dimension) {
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
    Verdict before = waiting.isNew || spec.verdictHorizonMillis() == 0 ? null : known(waiting);
    if (before != null) {
      repetitions.inc();
      output.collect(new StreamRecord<>(before));
      return;
    }
    T request = waiting.request;
    InForce rules = book.rules().at(waiting.at);
    String tier = rules.askForTier() ? fields.tier(request) : null;
    String route = rules.askForRoute() ? fields.route(request) : null;
    long cost = fields.cost(request);
    decision.start(cost);
    touched.clear();
    leased.clear();
    for (LimitDimension dimension : rules.dimensions()) {
      Term first = first(rules.of(dimension), tier, route);
      if (first == null) {
        continue;
      }
      if (spec.isLocal(dimension)) {
        Kept kept = kept(waiting, dimension);
        if (kept != null) {
          decision.add(kept.limits(), rules.of(dimension), waiting.at, tier, route, book.rules());
          touched.add(kept);
        }
        continue;
      }
      String key = key(request, dimension);
      if (key != null) {
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

  /** Counts a request for each key that a rule limits, all of which it may have changed. */
  private void count(long at, boolean allowed, long cost) {
    long window = spec.usageStart(at);
    for (int i = 0; i < touched.size(); i++) {
      Kept kept = touched.get(i);
      kept.endTrial();
      book.count(kept, window, allowed ? 1 : 0, allowed ? 0 : 1, allowed ? cost : 0);
    }
    for (LimitKey each : leased) {
      requirePool().count(each, window, allowed, cost);
    }
  }

  private @Nullable Verdict known(Waiting<T> waiting) {
    VerdictMemory of = memories[waiting.groupIndex];
    return of == null ? null : of.find(waiting.idHash, waiting.id, waiting.at);
  }

  private void remember(Waiting<T> waiting, Verdict verdict) {
    if (spec.verdictHorizonMillis() > 0) {
      verdicts(waiting.groupIndex).add(waiting.idHash, verdict);
    }
  }

  private VerdictMemory verdicts(int groupIndex) {
    VerdictMemory of = memories[groupIndex];
    if (of == null) {
      of = new VerdictMemory(spec.verdictHorizonMillis());
      memories[groupIndex] = of;
    }
    return of;
  }

  private void forgetVerdicts() {
    long watermark = memory.latest();
    long before =
        watermark == Long.MAX_VALUE || watermark < Long.MIN_VALUE + spec.verdictHorizonMillis()
            ? watermark
            : watermark - spec.verdictHorizonMillis();
    for (int index = 0; index < memories.length; index++) {
      VerdictMemory of = memories[index];
      if (of == null) {
        continue;
      }
      for (long pane : of.forget(before)) {
        savedVerdicts.remove(KeyGroupKeys.at(index), pane);
      }
      if (of.isEmpty()) {
        memories[index] = null;
      }
    }
  }

  private void restoreVerdicts() throws Exception {
    for (long pane : savedVerdicts.panes()) {
      for (int group : savedVerdicts.groups(pane)) {
        VerdictMemory of = verdicts(KeyGroupKeys.indexOf(group));
        for (byte[] piece : savedVerdicts.read(group, pane)) {
          of.restore(piece);
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
    waiting.save();
    for (int index = 0; index < memories.length; index++) {
      VerdictMemory of = memories[index];
      if (of != null) {
        of.save(savedVerdicts, KeyGroupKeys.at(index));
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
