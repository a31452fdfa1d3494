package io.millrace.operator.reconcile;

import io.millrace.operator.reconcile.BookEditor.Item;
import io.millrace.operator.reconcile.BookEditor.Leg;
import io.millrace.operator.state.SavedState;
import io.millrace.operator.writeback.Expiring;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link Reconciler} over a stream, keyed by {@link LedgerEntry#route}, or {@link Leftovers}
 * over what it hands over. Every task must be told each notice.
 *
 * <p><b>State</b>: one value a key, {@link Book}, until its last entry's window has passed by twice
 * its length and the retention, or by the retention alone where all its entries are matched, which
 * are forgotten at once where the retention is 0; and every notice, in each task. <b>Timers</b>:
 * one of event time for an entry that waits for its turn, one for the deadline of one that is not
 * matched at once, deleted when it is, one for the next age of its breaks, and one for the expiry,
 * see {@link Expiry}. At the end of a bounded input all that have something left to tell are done,
 * and what waits is told by {@link #OPEN}.
 */
final class ReconcileFunction extends KeyedProcessFunction<Long, Routed, ReconciledMatch>
    implements CheckpointedFunction, Expiring {
  static final OutputTag<PairBreak> BREAKS =
      new OutputTag<>("breaks", TypeInformation.of(PairBreak.class));
  static final OutputTag<Aged> AGED = new OutputTag<>("aged", TypeInformation.of(Aged.class));
  static final OutputTag<OpenEntry> OPEN =
      new OutputTag<>("open", TypeInformation.of(OpenEntry.class));
  static final OutputTag<Routed> HANDED_OVER =
      new OutputTag<>("handed-over", TypeInformation.of(Routed.class));
  static final OutputTag<Suggestion> SUGGESTIONS =
      new OutputTag<>("suggestions", TypeInformation.of(Suggestion.class));
  static final OutputTag<Posting> POSTINGS =
      new OutputTag<>("postings", TypeInformation.of(Posting.class));
  static final OutputTag<ResolutionOutcome> RESOLUTIONS =
      new OutputTag<>("resolutions", TypeInformation.of(ResolutionOutcome.class));

  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<Book> BOOK =
      new ValueStateDescriptor<>("book", TypeInformation.of(Book.class));
  private static final ListStateDescriptor<Notice> NOTICES =
      new ListStateDescriptor<>("notices", TypeInformation.of(Notice.class));

  private static final int WINDOWS_KEPT = 3;

  private final ReconcileSpec spec;
  private final boolean ofLeftovers;
  private final String uid;

  // Flink initializes the state before it opens the function.
  @SuppressWarnings("NullAway.Init")
  private transient Rulebook rules;

  @SuppressWarnings("NullAway.Init")
  private transient ListState<Notice> notices;

  private transient ValueState<Book> books;
  private transient @Nullable Expiries expiries;

  /**
   * For an operator with that uid.
   *
   * @param ofLeftovers whether it matches what others hand over, and not by reference
   */
  ReconcileFunction(ReconcileSpec spec, boolean ofLeftovers, String uid) {
    this.spec = spec;
    this.ofLeftovers = ofLeftovers;
    this.uid = uid;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    rules = new Rulebook();
    notices =
        SavedState.open(
            uid,
            NOTICES.getName(),
            () -> context.getOperatorStateStore().getUnionListState(NOTICES));
    for (Notice notice : notices.get()) {
      rules.add(notice);
    }
  }

  @Override
  public void takeExpiries(Expiries ofOperator) {
    expiries = ofOperator;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    books = SavedState.open(uid, BOOK.getName(), () -> getRuntimeContext().getState(BOOK));
  }

  /** All tasks know the same, so one of them saves it for all. */
  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    notices.update(
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0
            ? rules.notices()
            : List.of());
  }

  @Override
  public void processElement(Routed routed, Context context, Collector<ReconciledMatch> out)
      throws Exception {
    if (routed.notice() != null) {
      rules.add(routed.notice());
      return;
    }
    Waiting came = routed.waiting();
    if (came == null) {
      throw new IllegalArgumentException("nothing was routed to key " + routed.key());
    }
    TimerService timers = context.timerService();
    Book book = books.value();
    if (spec.inEventTime() && came.at() > timers.currentWatermark()) {
      List<Waiting> waiting = new ArrayList<>(book == null ? List.of() : book.waiting());
      waiting.add(came);
      books.update(
          book == null
              ? new Book(List.of(), List.of(), List.of(), waiting, Long.MIN_VALUE)
              : new Book(book.entries(), book.matches(), book.breaks(), waiting, book.expiresAt()));
      timers.registerEventTimeTimer(came.at());
      return;
    }
    work(book, List.of(came), waiting(book), knownUpTo(came, timers), false, context, out);
  }

  private static List<Waiting> waiting(@Nullable Book book) {
    return book == null ? List.of() : book.waiting();
  }

  /** Up to when all is known where something is taken as it comes. */
  private long knownUpTo(Waiting came, TimerService timers) {
    long watermark = timers.currentWatermark();
    return watermark == Long.MAX_VALUE ? Math.max(came.at(), rules.endAt()) : watermark;
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<ReconciledMatch> out)
      throws Exception {
    Book book = books.value();
    if (book == null) {
      return;
    }
    boolean ends =
        context.timerService().currentWatermark() == Long.MAX_VALUE && time > rules.endAt();
    List<Waiting> due = new ArrayList<>();
    List<Waiting> waiting = new ArrayList<>();
    for (Waiting each : book.waiting()) {
      (ends || each.at() <= time ? due : waiting).add(each);
    }
    due.sort(Waiting.ORDER);
    work(book, due, waiting, time, ends, context, out);
  }

  private void work(
      @Nullable Book book,
      List<Waiting> due,
      List<Waiting> waiting,
      long now,
      boolean ends,
      Context context,
      Collector<ReconciledMatch> out)
      throws Exception {
    Emitted emitted = new Emitted(context, out);
    TimerService timers = context.timerService();
    BookEditor editor = new BookEditor(context.getCurrentKey(), book, emitted);
    Matching matching = matching(editor, emitted);
    long known = ends ? rules.endAt() : now;
    long expiresAt = book == null ? Long.MIN_VALUE : book.expiresAt();
    for (Waiting each : due) {
      if (spec.inEventTime()
          && !editor.items().isEmpty()
          && forgottenAt(editor, expiresAt) < each.at()) {
        // As if it came after the watermark that is behind it now.
        finish(editor, matching, each.at() - 1, false);
        editor = new BookEditor(context.getCurrentKey(), null, emitted);
        matching = matching(editor, emitted);
        expiresAt = Long.MIN_VALUE;
      }
      if (each.entry() != null) {
        matching.take(each, known);
        expiresAt = Math.max(expiresAt, expiry(each.entry()));
      } else if (each.resolution() != null) {
        resolve(each.resolution(), editor, context.getCurrentKey(), emitted);
      }
    }
    if (ends || now >= forgottenAt(editor, expiresAt)) {
      finish(editor, matching, known, ends);
      Book left = new Book(List.of(), List.of(), List.of(), waiting, Long.MIN_VALUE);
      if (waiting.isEmpty()) {
        books.clear();
      } else {
        books.update(left);
      }
      if (book != null && !ends) {
        deleteNeedless(book, left, matching, now, List.of(), timers);
      }
      return;
    }
    matching.settle(known);
    editor.age(known);
    if (due.isEmpty() && !editor.isChanged()) {
      return;
    }
    Book after = editor.close(waiting, expiresAt);
    books.update(after);
    long nextAgeAt = editor.nextAgeAt();
    if (nextAgeAt < expiresAt) {
      timers.registerEventTimeTimer(nextAgeAt);
    }
    boolean comesBack = registerTurns(editor, matching, now, timers) || nextAgeAt < expiresAt;
    long forgottenAt = forgottenAt(editor, expiresAt);
    if (!comesBack || expiries == null) {
      registerExpiry(editor, forgottenAt, timers);
    }
    if (book != null) {
      List<Long> kept = List.of(nextAgeAt, forgottenAt, expiresAt);
      deleteNeedless(book, after, matching, now, kept, timers);
    }
  }

  private Matching matching(BookEditor editor, Emitted emitted) {
    return ofLeftovers
        ? new Leftovers(rules, editor, emitted)
        : new Reconciler(rules, editor, emitted);
  }

  private static void finish(BookEditor editor, Matching matching, long known, boolean ends) {
    matching.finish(known);
    editor.age(known);
    if (!ends) {
      editor.forget();
    }
  }

  /**
   * Deletes the timers of times to come that nothing needs any more, mostly the deadline of an
   * entry that is matched: it would have the book read long after, for nothing.
   */
  private static void deleteNeedless(
      Book before, Book after, Matching matching, long now, List<Long> kept, TimerService timers) {
    for (Held held : before.entries()) {
      for (Side side : held.sides()) {
        if (side.status() == Side.Status.OPEN) {
          for (long time : matching.times(side, held.entry())) {
            if (time > now && !kept.contains(time) && !isNeeded(time, after, matching)) {
              timers.deleteEventTimeTimer(time);
            }
          }
        }
      }
    }
  }

  private static boolean isNeeded(long time, Book book, Matching matching) {
    for (Held held : book.entries()) {
      if (held.entry().at() + PairRule.DEFAULT_WINDOW_MILLIS == time) {
        return true;
      }
      for (Side side : held.sides()) {
        if (side.status() == Side.Status.OPEN
            && matching.times(side, held.entry()).contains(time)) {
          return true;
        }
      }
    }
    for (Waiting each : book.waiting()) {
      if (each.at() == time) {
        return true;
      }
    }
    return false;
  }

  private void resolve(Resolution resolution, BookEditor editor, long key, Outcomes out) {
    Resolver resolver = new Resolver(editor);
    Set<Long> elsewhere = ofLeftovers ? Set.of() : resolver.forwards(resolution, key);
    if (elsewhere.isEmpty()) {
      out.resolved(resolution, resolver.apply(resolution));
      return;
    }
    elsewhere.forEach(each -> out.forwarded(each, resolution));
    if (!resolution.entryIds().isEmpty() && resolver.apply(resolution).isEmpty()) {
      out.resolved(resolution, "");
    }
  }

  /** Entries and decisions have their effect within twice the window after it has passed. */
  private long expiry(LedgerEntry entry) {
    long window = 0;
    List<PairRule> applying = rules.rulesFor(entry, Long.MAX_VALUE);
    for (PairRule rule : applying) {
      window = Math.max(window, rule.windowMillis());
    }
    if (applying.isEmpty()) {
      window = PairRule.DEFAULT_WINDOW_MILLIS;
    }
    return Expiry.after(entry.at(), WINDOWS_KEPT * window + spec.retentionMillis());
  }

  /**
   * When a book is forgotten: one whose entries are all matched sooner than others, for they wait
   * for nothing more, and at once where nothing is remembered at all.
   */
  private long forgottenAt(BookEditor editor, long expiresAt) {
    if (ofLeftovers || editor.items().isEmpty() || !editor.breaks().isEmpty()) {
      return expiresAt;
    }
    long deadline = Long.MIN_VALUE;
    for (Item item : editor.items()) {
      if (mayHaveMore(item)) {
        return expiresAt;
      }
      for (Leg leg : item.legs()) {
        if (leg.side().status() != Side.Status.MATCHED) {
          return expiresAt;
        }
        deadline = Math.max(deadline, leg.side().deadline());
      }
    }
    return spec.retentionMillis() == 0
        ? Long.MIN_VALUE
        : Math.min(expiresAt, Expiry.after(deadline, spec.retentionMillis()));
  }

  /**
   * Sets the timers by which entries get their turns.
   *
   * @return whether an entry that waits has one
   */
  private boolean registerTurns(
      BookEditor editor, Matching matching, long now, TimerService timers) {
    boolean waits = false;
    for (Item item : editor.items()) {
      long alone = item.entry().at() + PairRule.DEFAULT_WINDOW_MILLIS;
      if (mayHaveMore(item) && alone > now) {
        timers.registerEventTimeTimer(alone);
      }
      for (Leg leg : item.legs()) {
        if (leg.isOpen()) {
          for (long time : matching.times(leg.side(), leg.entry())) {
            if (time > now) {
              waits = true;
              timers.registerEventTimeTimer(time);
            }
          }
        }
      }
    }
    return waits;
  }

  /** Ledgers that have no entry of this reference are compared when its window has passed. */
  private boolean mayHaveMore(Item item) {
    return item.legs().isEmpty() || !rules.hasRules(item.entry().at());
  }

  private void registerExpiry(BookEditor editor, long expiresAt, TimerService timers) {
    boolean isDecided = true;
    for (Item item : editor.items()) {
      isDecided &= !mayHaveMore(item);
      for (Leg leg : item.legs()) {
        isDecided &= !leg.isOpen();
      }
    }
    for (PairBreak broken : editor.breaks()) {
      isDecided &= broken.state() != PairBreak.State.OPEN;
    }
    if (isDecided && expiries != null) {
      // The end of the input has nothing to tell of it.
      expiries.register(expiresAt);
    } else {
      timers.registerEventTimeTimer(expiresAt);
    }
  }

  /** Puts what was decided into the operator's outputs. */
  private record Emitted(
      KeyedProcessFunction<Long, Routed, ReconciledMatch>.Context context,
      Collector<ReconciledMatch> out)
      implements Outcomes {
    @Override
    public void matched(PairMatch match, List<LedgerEntry> entries) {
      out.collect(new ReconciledMatch(match, entries));
    }

    @Override
    public void broken(PairBreak changed) {
      context.output(BREAKS, changed);
    }

    @Override
    public void aged(Aged aged) {
      context.output(AGED, aged);
    }

    @Override
    public void open(LedgerEntry entry, String ruleId) {
      context.output(OPEN, new OpenEntry(entry, ruleId));
    }

    @Override
    public void handedOver(long key, long at, LedgerEntry entry, Side side) {
      Waiting waiting = new Waiting(at, entry.entryId(), entry, "", null, side);
      context.output(HANDED_OVER, new Routed(key, waiting, null));
    }

    @Override
    public void forwarded(long key, Resolution resolution) {
      context.output(HANDED_OVER, new Routed(key, Waiting.of(resolution), null));
    }

    @Override
    public void suggested(Suggestion suggestion) {
      context.output(SUGGESTIONS, suggestion);
    }

    @Override
    public void posted(Posting posting) {
      context.output(POSTINGS, posting);
    }

    @Override
    public void resolved(Resolution resolution, String refusal) {
      context.output(RESOLUTIONS, new ResolutionOutcome(resolution, refusal));
    }
  }
}
