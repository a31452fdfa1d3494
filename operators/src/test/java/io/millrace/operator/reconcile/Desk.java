package io.millrace.operator.reconcile;

import io.millrace.operator.reconcile.PairRule.Stage;
import io.millrace.operator.reconcile.Side.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reconciles the entries of one reference in the order of time, as the operator does. */
final class Desk implements Outcomes {
  static final long HOUR = 3_600_000;
  static final long DAY = 24 * HOUR;
  static final long START = 20_000 * DAY;

  final Rulebook rules = new Rulebook();
  final Map<String, PairMatch> matches = new LinkedHashMap<>();
  final Map<String, PairBreak> breaks = new LinkedHashMap<>();
  final List<String> open = new ArrayList<>();
  final List<String> refusals = new ArrayList<>();
  final List<Waiting> handedOver = new ArrayList<>();
  final List<String> forwarded = new ArrayList<>();
  final List<String> suggestions = new ArrayList<>();
  final List<String> ages = new ArrayList<>();
  final Map<Status, Integer> statuses = new LinkedHashMap<>();

  private final List<Waiting> events = new ArrayList<>();

  static LedgerEntry entry(String id, String ledger, long at, long amount) {
    return entry(id, ledger, at, amount, "EUR");
  }

  static LedgerEntry entry(String id, String ledger, long at, long amount, String currency) {
    return new LedgerEntry(
        id, ledger, "REF", START + at, Math.floorDiv(START + at, DAY), amount, currency, "");
  }

  static Stage stage(StageKind kind, long floor, double percent) {
    return new Stage(kind, floor, percent, PairRule.ANY_DAYS);
  }

  Desk rule(long window, Stage... stages) {
    rules.add(Notice.of(new PairRule("r", 1, 0, "left", "right", List.of(stages), window, false)));
    return this;
  }

  Desk take(LedgerEntry... entries) {
    for (LedgerEntry entry : entries) {
      events.add(Waiting.of(entry, ""));
      rules.add(Notice.ledger(entry.ledger(), entry.at()));
    }
    return this;
  }

  Desk decide(long at, Resolution.Action action, String matchId, String... entryIds) {
    Resolution made =
        new Resolution(
            "d" + events.size(), START + at, action, List.of(entryIds), matchId, "kim", "why");
    events.add(Waiting.of(made));
    return this;
  }

  /**
   * Does everything up to a time, which is the end.
   *
   * @param until after {@link #START}
   */
  Desk run(long until) {
    events.sort(Waiting.ORDER);
    TreeSet<Long> timers = new TreeSet<>();
    @Nullable Book book = null;
    for (Waiting event : events) {
      while (!timers.isEmpty() && timers.first() < event.at()) {
        book = settle(book, timers.first());
        timers.remove(timers.first());
      }
      book = step(book, event, timers);
    }
    for (Long due : List.copyOf(timers)) {
      if (due <= START + until) {
        book = settle(book, due);
      }
    }
    BookEditor editor = new BookEditor(1, book, this);
    new Reconciler(rules, editor, this).finish(START + until);
    return this;
  }

  private Book settle(@Nullable Book book, long now) {
    BookEditor editor = new BookEditor(1, book, this);
    new Reconciler(rules, editor, this).settle(now);
    return editor.close(List.of(), 0);
  }

  private Book step(@Nullable Book book, Waiting event, Set<Long> timers) {
    BookEditor editor = new BookEditor(1, book, this);
    Reconciler reconciler = new Reconciler(rules, editor, this);
    if (event.entry() != null) {
      reconciler.add(event.entry(), event.repeats(), event.at());
    } else if (event.resolution() != null) {
      resolved(event.resolution(), new Resolver(editor).apply(event.resolution()));
    }
    reconciler.settle(event.at());
    for (BookEditor.Item item : editor.items()) {
      item.legs().forEach(leg -> timers.add(leg.side().deadline()));
      timers.add(item.entry().at() + PairRule.DEFAULT_WINDOW_MILLIS);
    }
    return editor.close(List.of(), 0);
  }

  /** What each match is now: its stage, entries and variance. */
  List<String> matched() {
    return matches.values().stream()
        .filter(PairMatch::matched)
        .map(m -> m.stage().code() + m.entryIds() + m.varianceMinor())
        .toList();
  }

  /** What each break is now: its type, entries, amount and state. */
  List<String> broken() {
    return breaks.values().stream()
        .sorted(Comparator.comparing(b -> b.type() + String.valueOf(b.entryIds())))
        .map(b -> b.type().code() + b.entryIds() + b.amountMinor() + " " + b.state().code())
        .toList();
  }

  PairBreak only(BreakType type) {
    return breaks.values().stream().filter(b -> b.type() == type).findFirst().orElseThrow();
  }

  int count(Status status) {
    return statuses.getOrDefault(status, 0);
  }

  @Override
  public void matched(PairMatch match, List<LedgerEntry> entries) {
    matches.put(match.matchId() + match.ruleId(), match);
  }

  @Override
  public void broken(PairBreak changed) {
    breaks.put(changed.breakId(), changed);
  }

  @Override
  public void open(LedgerEntry entry, String ruleId) {
    open.add(entry.entryId() + " " + ruleId);
  }

  @Override
  public void aged(Aged aged) {
    ages.add(aged.broken().type().code() + " " + aged.from() + " " + aged.to());
  }

  @Override
  public void handedOver(long key, long at, LedgerEntry entry, Side side) {
    handedOver.add(new Waiting(at, entry.entryId(), entry, "", null, side));
  }

  @Override
  public void forwarded(long key, Resolution resolution) {
    forwarded.add(key + " " + resolution.resolutionId());
  }

  @Override
  public void suggested(Suggestion suggestion) {
    suggestions.add(suggestion.entryIds() + " " + suggestion.confidence());
  }

  @Override
  public void posted(Posting posting) {
    statuses.merge(posting.from(), -1, Integer::sum);
    statuses.merge(posting.to(), 1, Integer::sum);
  }

  @Override
  public void resolved(Resolution resolution, String refusal) {
    if (!refusal.isEmpty()) {
      refusals.add(refusal);
    }
  }
}
