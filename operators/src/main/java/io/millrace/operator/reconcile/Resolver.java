package io.millrace.operator.reconcile;

import io.millrace.operator.reconcile.BookEditor.Item;
import io.millrace.operator.reconcile.BookEditor.Leg;
import io.millrace.operator.reconcile.PairBreak.State;
import io.millrace.operator.reconcile.Side.Status;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Carries out what a person decided, as far as the book allows it.
 *
 * <p>What a decision frees, such as both sides of a match that is undone, is open again, and has at
 * least until then; so it may match with others, or become a break.
 */
final class Resolver {
  private final BookEditor book;

  Resolver(BookEditor book) {
    this.book = book;
  }

  /**
   * Where else the decision must go: to the keys that entries which it names were handed over to,
   * and with a match that is not here to where leftovers are matched under the same key.
   */
  Set<Long> forwards(Resolution resolution, long key) {
    Set<Long> keys = new LinkedHashSet<>();
    for (String entryId : resolution.entryIds()) {
      Item item = book.item(entryId);
      if (item != null) {
        for (Leg leg : item.legs()) {
          if (leg.side().status() == Status.MOVED) {
            keys.add(Long.parseLong(leg.side().deal()));
          }
        }
      }
    }
    if (resolution.entryIds().isEmpty()
        && book.matches().stream()
            .noneMatch(match -> match.matchId().equals(resolution.matchId()))) {
      keys.add(key);
    }
    return keys;
  }

  /** Carries out a decision; says why not where it can't, else nothing. */
  String apply(Resolution resolution) {
    return switch (resolution.action()) {
      case MATCH -> match(resolution);
      case UNMATCH -> unmatch(resolution);
      case ADJUST, WRITE_OFF -> change(resolution, State.OPEN, State.RESOLVED);
      case DISPUTE -> change(resolution, State.OPEN, State.OPEN);
      case REOPEN -> change(resolution, State.RESOLVED, State.OPEN);
    };
  }

  private String match(Resolution resolution) {
    if (resolution.entryIds().isEmpty()) {
      return "entryIds must say what belongs together";
    }
    List<Item> items = new ArrayList<>();
    Set<String> ruleIds = new LinkedHashSet<>();
    for (String entryId : new LinkedHashSet<>(resolution.entryIds())) {
      Item item = book.item(entryId);
      if (item == null) {
        return "entry " + entryId + " is not known";
      }
      items.add(item);
      item.legs().forEach(leg -> ruleIds.add(leg.side().ruleId()));
    }
    boolean done = false;
    for (String ruleId : ruleIds) {
      List<Leg> left = new ArrayList<>();
      List<Leg> right = new ArrayList<>();
      for (Item item : items) {
        Leg leg = item.leg(ruleId);
        if (leg != null && leg.side().status() != Status.MATCHED) {
          (leg.isLeft() ? left : right).add(leg);
        }
      }
      if (!left.isEmpty() && !right.isEmpty() && left.size() + right.size() == items.size()) {
        match(left, right, resolution);
        done = true;
      }
    }
    return done ? "" : "no rule has all these entries, on both sides and none of them matched";
  }

  private void match(List<Leg> left, List<Leg> right, Resolution resolution) {
    left.sort((one, other) -> LedgerEntry.ORDER.compare(one.entry(), other.entry()));
    right.sort((one, other) -> LedgerEntry.ORDER.compare(one.entry(), other.entry()));
    List<Leg> all = new ArrayList<>(left);
    all.addAll(right);
    String currency = right.get(0).entry().currency();
    long variance = 0;
    boolean oneCurrency = true;
    for (Leg leg : all) {
      release(leg, resolution);
      long amount = leg.entry().amountMinor();
      variance = Math.addExact(variance, leg.isLeft() ? -amount : amount);
      oneCurrency &= leg.entry().currency().equals(currency);
    }
    book.match(
        left, right, StageKind.MANUAL, oneCurrency ? variance : 0, currency, resolution.at());
  }

  /** Takes an entry out of its break, which is resolved; others in it are open again. */
  private void release(Leg leg, Resolution resolution) {
    PairBreak broken = leg.side().status() == Status.BROKEN ? book.find(leg.side().deal()) : null;
    if (broken == null) {
      return;
    }
    if (broken.state() == State.OPEN) {
      book.change(
          broken,
          State.RESOLVED,
          resolution.at(),
          resolution.action().code(),
          resolution.user(),
          resolution.note());
    }
    for (Leg other : book.legs(broken.ruleId())) {
      if (other.side().status() == Status.BROKEN && other.side().deal().equals(broken.breakId())) {
        book.reopen(other, resolution.at());
      }
    }
  }

  private String unmatch(Resolution resolution) {
    List<PairMatch> named = new ArrayList<>();
    for (PairMatch match : book.matches()) {
      boolean isNamed =
          resolution.entryIds().isEmpty()
              ? match.matchId().equals(resolution.matchId())
              : match.entryIds().containsAll(resolution.entryIds());
      if (match.matched() && isNamed) {
        named.add(match);
      }
    }
    named.forEach(match -> book.unmatch(match, resolution.at()));
    return named.isEmpty() ? "there is no such match" : "";
  }

  private String change(Resolution resolution, State from, State to) {
    if (resolution.entryIds().isEmpty()) {
      return "entryIds must say which break";
    }
    boolean done = false;
    for (PairBreak broken : List.copyOf(book.breaks())) {
      if (broken.state() == from
          && broken.entryIds().containsAll(resolution.entryIds())
          && holds(broken)) {
        book.change(
            broken,
            to,
            resolution.at(),
            resolution.action().code(),
            resolution.user(),
            resolution.note());
        done = true;
      }
    }
    return done ? "" : "there is no such break";
  }

  /** Whether an entry is still in that break. */
  private boolean holds(PairBreak broken) {
    for (Leg leg : book.legs(broken.ruleId())) {
      if (leg.side().deal().equals(broken.breakId())) {
        return true;
      }
    }
    return false;
  }
}
