package io.millrace.operator.reconcile;

import io.millrace.operator.reconcile.BookEditor.Item;
import io.millrace.operator.reconcile.BookEditor.Leg;
import io.millrace.operator.reconcile.PairBreak.State;
import io.millrace.operator.reconcile.PairRule.Stage;
import io.millrace.operator.reconcile.Side.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matches what {@link Reconciler} found no partner for by its reference, among all that is left by
 * one rule, in one currency and with one counterparty: an entry with several that it is the sum of.
 * What is left then is a break, and where the rule says so, those that look alike are suggested.
 *
 * <p>An entry is tried once all that may be part of it has been handed over: after twice the
 * window. It is a break when nothing that it may be part of is left to be tried.
 *
 * <p><b>Space</b>: up to {@value #MOST_ENTRIES} entries; those that are decided are forgotten
 * first, the oldest before others, and what finds no room is a break at once. <b>Time</b>: O(n) for
 * each entry, and what {@link GroupSearch} may take.
 */
final class Leftovers implements Matching {
  static final int MOST_ENTRIES = 1_000;

  private static final String SEARCHED = "searched";
  private static final double LEAST_CONFIDENCE = 0.6;
  private static final int MOST_SUGGESTIONS = 3;
  private static final Comparator<Leg> ORDER = Comparator.comparing(Leg::entry, LedgerEntry.ORDER);

  private final Rulebook rules;
  private final BookEditor book;
  private final Outcomes out;

  Leftovers(Rulebook rules, BookEditor book, Outcomes out) {
    this.rules = rules;
    this.book = book;
    this.out = out;
  }

  /** The key that entries are matched under once they are left over. */
  static long keyOf(LedgerEntry entry, String ruleId) {
    return LedgerEntry.hash(String.join("\u0000", ruleId, entry.currency(), entry.counterparty()));
  }

  /** Whether a rule has a stage for what is left over. */
  static boolean areMatchedBy(PairRule rule) {
    for (Stage stage : rule.stages()) {
      if (stage.kind() == StageKind.GROUP_SUM || stage.kind() == StageKind.SUGGEST) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<Long> times(Side side, LedgerEntry entry) {
    return List.of(triedAt(side, entry), decidedAt(side, entry));
  }

  /** When an entry may be tried: all that may be part of it has been handed over. */
  private long triedAt(Side side, LedgerEntry entry) {
    return afterWindows(1, side, entry);
  }

  /** When all that an entry may be part of has been tried. */
  private long decidedAt(Side side, LedgerEntry entry) {
    return afterWindows(2, side, entry);
  }

  /** What a person has opened again had its time before. */
  private long afterWindows(int count, Side side, LedgerEntry entry) {
    PairRule rule = rules.rule(side, entry.at());
    return side.deadline() > rule.deadline(entry)
        ? side.deadline()
        : side.deadline() + count * rule.windowMillis();
  }

  @Override
  public void take(Waiting waiting, long now) {
    if (waiting.entry() != null && waiting.side() != null) {
      take(waiting.entry(), waiting.side(), now);
    }
  }

  private void take(LedgerEntry entry, Side side, long now) {
    if (book.items().size() >= MOST_ENTRIES) {
      forgetDecided();
    }
    if (book.items().size() >= MOST_ENTRIES) {
      refuse(entry, side, now);
      return;
    }
    Leg leg = book.take(book.add(entry, ""), side);
    new Reconciler(rules, book, out).matchLate(leg);
  }

  private void forgetDecided() {
    for (int i = 0; i < book.items().size(); ) {
      boolean decided = true;
      for (Leg leg : book.items().get(i).legs()) {
        decided &= !leg.isOpen();
      }
      if (decided) {
        book.remove(book.items().get(i));
      } else {
        i++;
      }
    }
  }

  private void refuse(LedgerEntry entry, Side side, long now) {
    if (side.deadline() > now) {
      out.open(entry, side.ruleId());
      return;
    }
    Item item = book.add(entry, "");
    openBreak(book.take(item, side), "too many entries are left over");
    book.remove(item);
  }

  @Override
  public void settle(long now) {
    settle(now, false);
  }

  @Override
  public void finish(long last) {
    settle(last, true);
    for (Leg leg : open()) {
      out.open(leg.entry(), leg.side().ruleId());
    }
  }

  private List<Leg> open() {
    List<Leg> open = new ArrayList<>();
    for (Item item : book.items()) {
      for (Leg leg : item.legs()) {
        if (leg.isOpen()) {
          open.add(leg);
        }
      }
    }
    open.sort(ORDER);
    return open;
  }

  private void settle(long now, boolean atEnd) {
    List<Leg> open = open();
    List<String> givenUp = new ArrayList<>();
    for (Leg leg : open) {
      boolean isDue = atEnd || triedAt(leg.side(), leg.entry()) <= now;
      if (leg.isOpen() && isDue && leg.side().deal().isEmpty()) {
        search(leg, givenUp);
      }
    }
    for (Leg leg : open) {
      if (leg.isOpen() && isDecided(leg, now, atEnd)) {
        openBreak(leg, givenUp.contains(leg.entry().entryId()) ? GroupSearch.GAVE_UP_NOTE : "");
      }
    }
  }

  private boolean isDecided(Leg leg, long now, boolean atEnd) {
    if (atEnd) {
      return leg.side().deadline() <= now;
    }
    return decidedAt(leg.side(), leg.entry()) <= now
        || (triedAt(leg.side(), leg.entry()) <= now && openNear(leg).isEmpty());
  }

  private void search(Leg leg, List<String> givenUp) {
    for (Stage stage : rules.rule(leg.side(), leg.entry().at()).stages()) {
      if (stage.kind() != StageKind.GROUP_SUM) {
        continue;
      }
      List<Leg> parts = new ArrayList<>();
      for (Leg other : openNear(leg)) {
        if (stage.datesFit(leg.entry(), other.entry())) {
          parts.add(other);
        }
      }
      GroupSearch search =
          GroupSearch.of(
              parts.stream().mapToLong(part -> part.entry().amountMinor()).toArray(),
              leg.entry().amountMinor(),
              stage.toleranceMinor(leg.entry().amountMinor()));
      if (search.result() == GroupSearch.Result.FOUND) {
        book.group(leg, search.members().stream().map(parts::get).toList());
        return;
      }
      if (search.result() == GroupSearch.Result.GAVE_UP) {
        givenUp.add(leg.entry().entryId());
      }
    }
    book.set(leg, Status.OPEN, SEARCHED);
  }

  private void openBreak(Leg leg, String note) {
    BreakType type = leg.isLeft() ? BreakType.MISSING_RIGHT : BreakType.MISSING_LEFT;
    long at = leg.side().deadline();
    book.open(type, List.of(leg), List.of(), leg.entry().amountMinor(), at, "", note);
    PairRule rule = rules.rule(leg.side(), leg.entry().at());
    if (rule.stages().stream().anyMatch(stage -> stage.kind() == StageKind.SUGGEST)) {
      suggest(leg);
    }
  }

  /** Suggests the most alike of those that are breaks already, so that each pair comes once. */
  private void suggest(Leg leg) {
    record Candidate(Leg other, double likeness) {}
    List<Candidate> candidates = new ArrayList<>();
    for (Leg other : book.legs(leg.side().ruleId())) {
      PairBreak broken = broken(other);
      if (other.isLeft() != leg.isLeft()
          && broken != null
          && isNear(leg, other)
          && !haveOneReference(leg.entry(), other.entry())) {
        double likeness = Likeness.of(leg.entry(), other.entry());
        if (likeness >= LEAST_CONFIDENCE) {
          candidates.add(new Candidate(other, likeness));
        }
      }
    }
    candidates.sort(
        Comparator.comparingDouble(Candidate::likeness)
            .reversed()
            .thenComparing(Candidate::other, ORDER));
    for (Candidate each : candidates.subList(0, Math.min(MOST_SUGGESTIONS, candidates.size()))) {
      Leg left = leg.isLeft() ? leg : each.other();
      Leg right = leg.isLeft() ? each.other() : leg;
      List<String> ids = List.of(left.entry().entryId(), right.entry().entryId());
      out.suggested(
          new Suggestion(
              DealIds.suggestion(leg.side().ruleId(), ids),
              leg.side().ruleId(),
              ids,
              each.likeness(),
              right.entry().amountMinor() - left.entry().amountMinor(),
              leg.entry().currency(),
              Math.max(leg.side().deadline(), each.other().side().deadline())));
    }
  }

  /** Those were compared before, and found not to match. */
  private static boolean haveOneReference(LedgerEntry one, LedgerEntry other) {
    return !one.reference().isEmpty() && one.reference().equals(other.reference());
  }

  private @Nullable PairBreak broken(Leg leg) {
    PairBreak broken = leg.side().status() == Status.BROKEN ? book.find(leg.side().deal()) : null;
    return broken != null && broken.type().isMissing() && broken.state() == State.OPEN
        ? broken
        : null;
  }

  private List<Leg> openNear(Leg leg) {
    List<Leg> near = new ArrayList<>();
    for (Leg other : book.legs(leg.side().ruleId())) {
      if (other.isOpen() && other.isLeft() != leg.isLeft() && isNear(leg, other)) {
        near.add(other);
      }
    }
    near.sort(ORDER);
    return near;
  }

  private boolean isNear(Leg leg, Leg other) {
    long at = Math.max(leg.entry().at(), other.entry().at());
    return rules.rule(leg.side(), at).inWindow(leg.entry(), other.entry())
        && !book.isUndone(leg.side().ruleId(), leg.entry().entryId(), other.entry().entryId());
  }
}
