package io.millrace.operator.reconcile;

import io.millrace.operator.reconcile.BookEditor.Item;
import io.millrace.operator.reconcile.BookEditor.Leg;
import io.millrace.operator.reconcile.PairBreak.State;
import io.millrace.operator.reconcile.PairRule.Stage;
import io.millrace.operator.reconcile.Side.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Matches the entries of one reference by each rule.
 *
 * <p>An exact match is made as soon as both entries are there. Everything else is decided once all
 * that could make a difference is known: when the windows of an entry, of those that it may match
 * with, and of those that these may match with have passed. Then the stages are tried one after the
 * other. In each, two entries match that are the best for each other, and better than any other: by
 * amount, then by value date. Where two are as good, neither is taken. What is left is a break.
 *
 * <p>The entries must come in the order of {@link LedgerEntry#ORDER} for the results to be the same
 * every time. Times passed to the methods must not fall.
 *
 * <p><b>Space</b>: up to {@value #MOST_ENTRIES} entries; of a reference that has more, the later
 * ones are breaks at once. <b>Time</b>: O(n) to add an entry to n others of its reference, O(n^2)
 * to settle those that are open, and what {@link GroupSearch} may take.
 */
final class Reconciler implements Matching {
  /** As many entries of one reference are kept. */
  static final int MOST_ENTRIES = 1_000;

  private static final Comparator<Leg> ORDER = Comparator.comparing(Leg::entry, LedgerEntry.ORDER);

  private final Rulebook rules;
  private final BookEditor book;
  private final Outcomes out;

  /** A break that is to be opened once all decisions of a rule are made. */
  private record Due(BreakType type, List<Leg> legs, long amount, long at) {}

  Reconciler(Rulebook rules, BookEditor book, Outcomes out) {
    this.rules = rules;
    this.book = book;
    this.out = out;
  }

  /**
   * Adds an entry.
   *
   * @param repeats id of the entry that it is known to be a duplicate of; empty for none
   * @param now the time up to which everything is known
   */
  void add(LedgerEntry entry, String repeats, long now) {
    applyGiven();
    applyPairs(entry.ledger(), entry.at());
    // What the entry comes too late for is decided; what it comes just in time for is not.
    settle(Math.min(now, entry.at() - 1));
    if (book.items().size() >= MOST_ENTRIES) {
      refuse(entry);
      return;
    }
    Item item = book.add(entry, repeats.isEmpty() ? repeated(entry) : repeats);
    for (PairRule rule : rules.rulesFor(entry, Long.MAX_VALUE)) {
      if (rules.hasRules(entry.at()) || isHere(rule, entry)) {
        apply(item, rule);
      }
    }
    for (Leg leg : List.copyOf(item.legs())) {
      if (leg.isOpen()) {
        matchExactly(leg);
      }
      if (leg.isOpen()) {
        matchLate(leg);
      }
    }
  }

  /** Rules may come after entries that they apply to, where these are taken as they come. */
  private void applyGiven() {
    for (Item item : book.items()) {
      LedgerEntry entry = item.entry();
      boolean hasDefaults = item.legs().isEmpty();
      for (Leg leg : item.legs()) {
        hasDefaults |= leg.isOpen() && PairRule.isDefault(leg.side());
      }
      if (!hasDefaults || !rules.hasRules(entry.at())) {
        continue;
      }
      book.withdrawDefaults(item);
      for (PairRule rule : rules.rulesFor(entry, Long.MAX_VALUE)) {
        if (item.leg(rule.ruleId()) == null) {
          apply(item, rule);
        }
      }
    }
  }

  /** Where nobody gave rules: the ledger of a new entry is one to compare the others with. */
  private void applyPairs(String ledger, long at) {
    for (Item item : book.items()) {
      LedgerEntry entry = item.entry();
      if (!rules.hasRules(entry.at()) && !rules.hasRules(at) && !entry.ledger().equals(ledger)) {
        PairRule rule = PairRule.byDefault(entry.ledger(), ledger);
        if (item.leg(rule.ruleId()) == null) {
          apply(item, rule);
        }
      }
    }
  }

  /** Whether a default rule is for ledgers of this book: others are applied when it matters. */
  private boolean isHere(PairRule rule, LedgerEntry entry) {
    for (Item item : book.items()) {
      if (!item.entry().ledger().equals(entry.ledger()) && rule.concerns(item.entry().ledger())) {
        return true;
      }
    }
    return false;
  }

  private void apply(Item item, PairRule rule) {
    Leg leg = book.apply(item, rule);
    if (!item.repeats().isEmpty()) {
      LedgerEntry entry = item.entry();
      book.open(
          BreakType.DUPLICATE,
          List.of(leg),
          List.of(item.repeats()),
          entry.amountMinor(),
          entry.at(),
          entry.ledger() + entry.at() + entry.currency() + entry.amountMinor() + entry.reference(),
          "");
    }
  }

  /** What a ledger has too many entries for is a break at once, and not kept. */
  private void refuse(LedgerEntry entry) {
    List<PairRule> applying = rules.rulesFor(entry, Long.MAX_VALUE);
    if (applying.isEmpty()) {
      out.open(entry, "");
    }
    Item item = book.add(entry, "");
    for (PairRule rule : applying) {
      Leg leg = book.apply(item, rule);
      book.open(
          missing(leg),
          List.of(leg),
          List.of(),
          entry.amountMinor(),
          entry.at(),
          "",
          "the reference has more than " + MOST_ENTRIES + " entries");
      book.breaks().remove(book.breaks().size() - 1);
    }
    book.items().remove(item);
  }

  /** The id of the entry of the same ledger, reference, amount and currency; empty for none. */
  private String repeated(LedgerEntry entry) {
    if (entry.reference().isEmpty()) {
      return "";
    }
    for (Item other : book.items()) {
      LedgerEntry first = other.entry();
      if (other.repeats().isEmpty()
          && first.ledger().equals(entry.ledger())
          && first.reference().equals(entry.reference())
          && first.amountMinor() == entry.amountMinor()
          && first.currency().equals(entry.currency())) {
        return first.entryId();
      }
    }
    return "";
  }

  private void matchExactly(Leg leg) {
    Leg found = null;
    for (Leg other : others(leg)) {
      PairRule rule = ruleOf(leg, other);
      if (other.isOpen() && isNear(leg, other) && fit(StageKind.EXACT, rule, leg, other) != null) {
        if (found != null) {
          return;
        }
        found = other;
      }
    }
    if (found != null) {
      match(leg, found, StageKind.EXACT, 0, leg.entry().currency());
    }
  }

  /** Finds the entry that was missed when its window had passed, and whose partner this is. */
  void matchLate(Leg leg) {
    Leg found = null;
    PairBreak missed = null;
    PairFit best = null;
    for (Leg other : others(leg)) {
      PairBreak broken = other.side().status() == Status.BROKEN ? missingBreak(other) : null;
      if (broken == null || isUndone(leg, other)) {
        continue;
      }
      PairFit fit = fitByAny(ruleOf(leg, other), leg, other);
      if (fit != null && (best == null || fit.isBetterThan(best))) {
        found = other;
        missed = broken;
        best = fit;
      }
    }
    if (found == null || missed == null) {
      return;
    }
    long at = Math.max(leg.entry().at(), missed.openedAt());
    book.change(missed, State.CLEARED, at, "cleared", "", "");
    Leg left = leg.isLeft() ? leg : found;
    Leg right = leg.isLeft() ? found : leg;
    book.open(
        BreakType.LATE_MATCH, List.of(left, right), List.of(), difference(left, right), at, "", "");
  }

  private @Nullable PairBreak missingBreak(Leg leg) {
    PairBreak broken = book.find(leg.side().deal());
    return broken != null && broken.type().isMissing() && broken.state() == State.OPEN
        ? broken
        : null;
  }

  @Override
  public void take(Waiting waiting, long now) {
    if (waiting.entry() != null) {
      add(waiting.entry(), waiting.repeats(), now);
    }
  }

  @Override
  public List<Long> times(Side side, LedgerEntry entry) {
    return List.of(side.deadline());
  }

  @Override
  public void settle(long now) {
    settle(now, false);
  }

  @Override
  public void finish(long last) {
    settle(last, true);
    for (Item item : book.items()) {
      if (item.legs().isEmpty()) {
        out.open(item.entry(), "");
      }
      for (Leg leg : item.legs()) {
        if (leg.isOpen() && isLeftOver(leg)) {
          handOver(leg, last);
        } else if (leg.isOpen()) {
          out.open(leg.entry(), leg.side().ruleId());
        }
      }
    }
  }

  private void settle(long now, boolean atEnd) {
    applyGiven();
    for (Item item : book.items()) {
      if (!rules.hasRules(item.entry().at())) {
        for (PairRule rule : rules.rulesFor(item.entry(), now)) {
          if (item.leg(rule.ruleId()) == null) {
            apply(item, rule);
          }
        }
      }
    }
    for (String ruleId : due(now, atEnd)) {
      settle(ruleId, now, atEnd);
    }
  }

  /** The rules by which something may be decided. */
  private Set<String> due(long now, boolean atEnd) {
    Set<String> due = Set.of();
    for (Item item : book.items()) {
      for (Leg leg : item.legs()) {
        if (leg.isOpen() && (atEnd || leg.side().deadline() <= now)) {
          if (due.isEmpty()) {
            due = new LinkedHashSet<>();
          }
          due.add(leg.side().ruleId());
        }
      }
    }
    return due;
  }

  private void settle(String ruleId, long now, boolean atEnd) {
    List<Leg> open = new ArrayList<>();
    for (Leg leg : book.legs(ruleId)) {
      if (leg.isOpen()) {
        open.add(leg);
      }
    }
    open.sort(ORDER);
    List<Leg> ripe = new ArrayList<>();
    for (Leg leg : open) {
      if (isRipe(leg, now)) {
        ripe.add(leg);
      }
    }
    List<Leg> deciding = atEnd ? open : ripe;
    int stages = 0;
    for (Leg leg : deciding) {
      stages = Math.max(stages, rules.rule(leg.side(), Long.MAX_VALUE).stages().size());
    }
    List<String> givenUp = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      pairUp(deciding, stage);
      groupUp(deciding, stage, givenUp);
    }
    breakUp(ripe, givenUp, now);
  }

  /** Whether all is known that could match with it, or with what it could match with. */
  private boolean isRipe(Leg leg, long now) {
    if (leg.side().deadline() > now) {
      return false;
    }
    for (Leg other : openNear(leg)) {
      if (other.side().deadline() > now) {
        return false;
      }
      for (Leg rival : openNear(other)) {
        if (rival.side().deadline() > now) {
          return false;
        }
      }
    }
    return true;
  }

  /** Matches pairs that are the best for each other, until there are none. */
  private void pairUp(List<Leg> deciding, int stage) {
    boolean found = true;
    while (found) {
      found = false;
      for (Leg leg : deciding) {
        Leg best = leg.isOpen() ? best(leg, stage) : null;
        if (best != null && best(best, stage) == leg) {
          Stage by = ruleOf(leg, best).stages().get(stage);
          PairFit fit = fit(by, leg, best);
          if (fit != null) {
            match(leg, best, by.kind(), fit.varianceMinor(), fit.currency());
            found = true;
          }
        }
      }
    }
  }

  /** The entry that fits best by a stage; null where there is none, or two are as good. */
  private @Nullable Leg best(Leg leg, int stage) {
    Leg found = null;
    PairFit best = null;
    boolean isTied = false;
    for (Leg other : openNear(leg)) {
      List<Stage> stages = ruleOf(leg, other).stages();
      PairFit fit = stage < stages.size() ? fit(stages.get(stage), leg, other) : null;
      if (fit == null) {
        continue;
      }
      if (best == null || fit.isBetterThan(best)) {
        found = other;
        best = fit;
        isTied = false;
      } else if (!best.isBetterThan(fit)) {
        isTied = true;
      }
    }
    return isTied ? null : found;
  }

  /** Matches an entry with several that it is the sum of. */
  private void groupUp(List<Leg> deciding, int stage, List<String> givenUp) {
    for (Leg leg : deciding) {
      List<Stage> stages = rules.rule(leg.side(), leg.entry().at()).stages();
      if (!leg.isOpen()
          || stage >= stages.size()
          || stages.get(stage).kind() != StageKind.GROUP_SUM) {
        continue;
      }
      Stage by = stages.get(stage);
      List<Leg> parts = new ArrayList<>();
      for (Leg other : openNear(leg)) {
        if (other.entry().currency().equals(leg.entry().currency())
            && by.datesFit(leg.entry(), other.entry())) {
          parts.add(other);
        }
      }
      GroupSearch search =
          GroupSearch.of(
              parts.stream().mapToLong(part -> part.entry().amountMinor()).toArray(),
              leg.entry().amountMinor(),
              by.toleranceMinor(leg.entry().amountMinor()));
      if (search.result() == GroupSearch.Result.GAVE_UP) {
        givenUp.add(leg.entry().entryId());
      } else if (search.result() == GroupSearch.Result.FOUND) {
        book.group(leg, search.members().stream().map(parts::get).toList());
      }
    }
  }

  /** Opens breaks of what is left, all of them by what was known before the first. */
  private void breakUp(List<Leg> ripe, List<String> givenUp, long now) {
    List<Due> due = new ArrayList<>();
    List<Leg> taken = new ArrayList<>();
    for (Leg leg : ripe) {
      if (!leg.isOpen() || taken.contains(leg)) {
        continue;
      }
      List<Leg> near = openNear(leg);
      Leg partner = near.size() == 1 && openNear(near.get(0)).size() == 1 ? near.get(0) : null;
      BreakType type = partner == null ? null : mismatch(leg, partner);
      if (partner != null && type != null) {
        Leg left = leg.isLeft() ? leg : partner;
        Leg right = leg.isLeft() ? partner : leg;
        long at = Math.max(leg.side().deadline(), partner.side().deadline());
        due.add(new Due(type, List.of(left, right), difference(left, right), at));
        taken.add(partner);
      } else {
        due.add(
            new Due(missing(leg), List.of(leg), leg.entry().amountMinor(), leg.side().deadline()));
      }
    }
    for (Due each : due) {
      Leg first = each.legs().get(0);
      if (each.type().isMissing() && isLeftOver(first)) {
        handOver(first, now);
        continue;
      }
      String entryId = first.entry().entryId();
      String note = givenUp.contains(entryId) ? GroupSearch.GAVE_UP_NOTE : "";
      book.open(each.type(), each.legs(), List.of(), each.amount(), each.at(), "", note);
    }
    for (Due each : due) {
      if (each.type().isMissing()) {
        joinLate(each.legs().get(0));
      }
    }
  }

  /** Whether an entry without a partner of its reference may have one of another. */
  private boolean isLeftOver(Leg leg) {
    return Leftovers.areMatchedBy(rules.rule(leg.side(), leg.entry().at()));
  }

  private void handOver(Leg leg, long now) {
    book.handOver(leg, Leftovers.keyOf(leg.entry(), leg.side().ruleId()), now);
  }

  /** An entry that waits may be the one that has just been missed. */
  private void joinLate(Leg missed) {
    for (Leg other : others(missed)) {
      if (other.isOpen() && missed.side().status() == Status.BROKEN) {
        matchLate(other);
      }
    }
  }

  private static @Nullable BreakType mismatch(Leg leg, Leg partner) {
    LedgerEntry left = leg.isLeft() ? leg.entry() : partner.entry();
    LedgerEntry right = leg.isLeft() ? partner.entry() : leg.entry();
    if (!left.currency().equals(right.currency())) {
      return BreakType.CURRENCY;
    }
    int comparison = Long.compare(right.amountMinor(), left.amountMinor());
    if (comparison == 0) {
      return null;
    }
    return comparison > 0 ? BreakType.AMOUNT_OVER : BreakType.AMOUNT_UNDER;
  }

  private static BreakType missing(Leg leg) {
    return leg.isLeft() ? BreakType.MISSING_RIGHT : BreakType.MISSING_LEFT;
  }

  /** By how much the right amount exceeds the left one; in two currencies, the left amount. */
  private static long difference(Leg left, Leg right) {
    return left.entry().currency().equals(right.entry().currency())
        ? right.entry().amountMinor() - left.entry().amountMinor()
        : left.entry().amountMinor();
  }

  private void match(Leg leg, Leg other, StageKind stage, long variance, String currency) {
    Leg left = leg.isLeft() ? leg : other;
    Leg right = leg.isLeft() ? other : leg;
    long at = Math.max(leg.entry().at(), other.entry().at());
    book.match(List.of(left), List.of(right), stage, variance, currency, at);
  }

  /** The legs of the other ledger that may have to do with one, whatever their times. */
  private List<Leg> others(Leg leg) {
    if (book.items().size() == 1 || leg.entry().reference().isEmpty()) {
      return List.of();
    }
    List<Leg> others = new ArrayList<>();
    for (Leg other : book.legs(leg.side().ruleId())) {
      if (other.isLeft() != leg.isLeft()
          && other.entry().reference().equals(leg.entry().reference())) {
        others.add(other);
      }
    }
    return others;
  }

  private List<Leg> openNear(Leg leg) {
    List<Leg> near = new ArrayList<>();
    for (Leg other : others(leg)) {
      if (other.isOpen() && isNear(leg, other)) {
        near.add(other);
      }
    }
    return near;
  }

  private boolean isNear(Leg leg, Leg other) {
    return ruleOf(leg, other).inWindow(leg.entry(), other.entry()) && !isUndone(leg, other);
  }

  private boolean isUndone(Leg leg, Leg other) {
    return book.isUndone(leg.side().ruleId(), leg.entry().entryId(), other.entry().entryId());
  }

  /** The rule as it is in effect for two entries: at the later one's time. */
  private PairRule ruleOf(Leg leg, Leg other) {
    return rules.rule(leg.side(), Math.max(leg.entry().at(), other.entry().at()));
  }

  private @Nullable PairFit fit(Stage stage, Leg leg, Leg other) {
    LedgerEntry left = leg.isLeft() ? leg.entry() : other.entry();
    LedgerEntry right = leg.isLeft() ? other.entry() : leg.entry();
    return PairFit.of(stage, left, right, rules);
  }

  private @Nullable PairFit fit(StageKind kind, PairRule rule, Leg leg, Leg other) {
    for (Stage stage : rule.stages()) {
      if (stage.kind() == kind) {
        return fit(stage, leg, other);
      }
    }
    return null;
  }

  /** How two entries fit by the first stage by which they do; null for none. */
  private @Nullable PairFit fitByAny(PairRule rule, Leg leg, Leg other) {
    for (Stage stage : rule.stages()) {
      PairFit fit = fit(stage, leg, other);
      if (fit != null) {
        return fit;
      }
    }
    return null;
  }
}
