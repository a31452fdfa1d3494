package io.millrace.operator.reconcile;

import io.millrace.operator.reconcile.PairBreak.State;
import io.millrace.operator.reconcile.PairBreak.Step;
import io.millrace.operator.reconcile.Side.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A book that is open to be changed: every change of an entry's status goes through here, so that
 * an entry is in one place only, by each rule.
 */
final class BookEditor {
  private static final long DAY_MILLIS = 24L * 3_600_000;

  private final long key;
  private final Outcomes out;
  private final List<Item> items = new ArrayList<>();
  private final List<PairMatch> matches;
  private final List<PairBreak> breaks;
  private boolean changed;

  /** An entry and what has become of it. */
  static final class Item {
    private final LedgerEntry entry;
    private final String repeats;
    private final List<Leg> legs = new ArrayList<>();

    private Item(LedgerEntry entry, String repeats) {
      this.entry = entry;
      this.repeats = repeats;
    }

    LedgerEntry entry() {
      return entry;
    }

    String repeats() {
      return repeats;
    }

    List<Leg> legs() {
      return legs;
    }

    /** What has become of it by a rule; null where the rule does not apply. */
    @Nullable Leg leg(String ruleId) {
      for (Leg leg : legs) {
        if (leg.side.ruleId().equals(ruleId)) {
          return leg;
        }
      }
      return null;
    }
  }

  /** What has become of an entry by a rule. */
  static final class Leg {
    private final Item of;
    private Side side;

    private Leg(Item of, Side side) {
      this.of = of;
      this.side = side;
    }

    LedgerEntry entry() {
      return of.entry;
    }

    Side side() {
      return side;
    }

    boolean isOpen() {
      return side.status() == Status.OPEN;
    }

    boolean isLeft() {
      return of.entry.ledger().equals(side.left());
    }
  }

  /**
   * Opens a book.
   *
   * @param key the key that it is kept under
   */
  BookEditor(long key, @Nullable Book book, Outcomes out) {
    this.key = key;
    this.out = out;
    this.matches = new ArrayList<>(book == null ? List.of() : book.matches());
    this.breaks = new ArrayList<>(book == null ? List.of() : book.breaks());
    if (book != null) {
      for (Held held : book.entries()) {
        Item item = new Item(held.entry(), held.repeats());
        held.sides().forEach(side -> item.legs.add(new Leg(item, side)));
        items.add(item);
      }
    }
  }

  /** The book as it is now. */
  Book close(List<Waiting> waiting, long expiresAt) {
    List<Held> entries = new ArrayList<>(items.size());
    for (Item item : items) {
      List<Side> sides = new ArrayList<>(item.legs.size());
      item.legs.forEach(leg -> sides.add(leg.side));
      entries.add(new Held(item.entry, item.repeats, sides));
    }
    return new Book(entries, matches, breaks, waiting, expiresAt);
  }

  /** Whether anything is not as it was when the book was opened. */
  boolean isChanged() {
    return changed;
  }

  List<Item> items() {
    return items;
  }

  List<PairMatch> matches() {
    return matches;
  }

  List<PairBreak> breaks() {
    return breaks;
  }

  /** All legs by a rule. */
  List<Leg> legs(String ruleId) {
    List<Leg> legs = new ArrayList<>();
    for (Item item : items) {
      Leg leg = item.leg(ruleId);
      if (leg != null) {
        legs.add(leg);
      }
    }
    return legs;
  }

  /** The entry of that id; of several the one that repeats none. Null where there is none. */
  @Nullable Item item(String entryId) {
    Item found = null;
    for (Item item : items) {
      if (item.entry.entryId().equals(entryId) && (found == null || item.repeats.isEmpty())) {
        found = item;
      }
    }
    return found;
  }

  Item add(LedgerEntry entry, String repeats) {
    Item item = new Item(entry, repeats);
    items.add(item);
    changed = true;
    return item;
  }

  /** Adds a rule that applies to an entry. */
  Leg apply(Item item, PairRule rule) {
    Leg leg =
        new Leg(
            item,
            new Side(
                rule.ruleId(),
                rule.left(),
                rule.right(),
                rule.deadline(item.entry),
                Status.NEW,
                ""));
    item.legs.add(leg);
    set(leg, Status.OPEN, "");
    return leg;
  }

  /** Takes back the default rules by which an entry waits. */
  void withdrawDefaults(Item item) {
    for (Leg leg : List.copyOf(item.legs)) {
      if (leg.isOpen() && PairRule.isDefault(leg.side)) {
        set(leg, Status.NEW, "");
        item.legs.remove(leg);
      }
    }
  }

  /** Takes an entry over that waits by a rule. */
  Leg take(Item item, Side side) {
    Leg leg = new Leg(item, side.with(Status.OPEN, ""));
    item.legs.add(leg);
    changed = true;
    return leg;
  }

  /** Hands an entry over to another key. */
  void handOver(Leg leg, long to, long at) {
    Side side = leg.side;
    set(leg, Status.MOVED, String.valueOf(to));
    out.handedOver(to, at, leg.entry(), side);
  }

  void remove(Item item) {
    changed = true;
    items.remove(item);
    for (Leg leg : item.legs) {
      breaks.removeIf(broken -> broken.breakId().equals(leg.side.deal()));
    }
  }

  void set(Leg leg, Status status, String deal) {
    Side before = leg.side;
    leg.side = before.with(status, deal);
    changed = true;
    if (before.status() != status && status != Status.MOVED) {
      LedgerEntry entry = leg.entry();
      out.posted(
          new Posting(
              before.ruleId(),
              Math.floorDiv(entry.at(), DAY_MILLIS),
              before.left(),
              before.right(),
              entry.currency(),
              leg.isLeft(),
              entry.amountMinor(),
              before.status(),
              status));
    }
  }

  /** Matches the legs of a rule; all of them must be open. */
  void match(
      List<Leg> left, List<Leg> right, StageKind stage, long variance, String currency, long at) {
    List<Leg> legs = new ArrayList<>(left);
    legs.addAll(right);
    List<String> ids = new ArrayList<>(legs.size());
    for (Leg leg : legs) {
      ids.add(leg.entry().entryId());
    }
    String ruleId = legs.get(0).side().ruleId();
    String matchId = DealIds.match(ids, key);
    int known = indexOfMatch(matchId, ruleId);
    PairMatch match =
        new PairMatch(
            matchId,
            ruleId,
            stage,
            ids,
            variance,
            currency,
            at,
            known < 0 ? 0 : matches.get(known).revision() + 1,
            true);
    for (Leg leg : legs) {
      if (!leg.isOpen()) {
        throw new IllegalStateException("an entry would be matched twice: " + leg.entry());
      }
      set(leg, Status.MATCHED, matchId);
    }
    if (known < 0) {
      matches.add(match);
    } else {
      matches.set(known, match);
    }
    publish(match);
  }

  /** Matches an entry with several that it is the sum of. */
  void group(Leg one, List<Leg> several) {
    List<Leg> left = one.isLeft() ? List.of(one) : several;
    List<Leg> right = one.isLeft() ? several : List.of(one);
    long variance = 0;
    long at = Long.MIN_VALUE;
    for (Leg leg : left) {
      variance = Math.subtractExact(variance, leg.entry().amountMinor());
      at = Math.max(at, leg.entry().at());
    }
    for (Leg leg : right) {
      variance = Math.addExact(variance, leg.entry().amountMinor());
      at = Math.max(at, leg.entry().at());
    }
    match(left, right, StageKind.GROUP_SUM, variance, one.entry().currency(), at);
  }

  /** Undoes a match: its entries are open again, and are not matched with each other by a rule. */
  void unmatch(PairMatch match, long at) {
    PairMatch undone = match.now(false, at);
    matches.set(indexOfMatch(match.matchId(), match.ruleId()), undone);
    for (Leg leg : legs(match.ruleId())) {
      if (leg.side.status() == Status.MATCHED && leg.side.deal().equals(match.matchId())) {
        reopen(leg, at);
      }
    }
    publish(undone);
  }

  /** Opens an entry again, at least until a time. */
  void reopen(Leg leg, long at) {
    leg.side = leg.side.until(Math.max(leg.side.deadline(), at));
    set(leg, Status.OPEN, "");
  }

  private void publish(PairMatch match) {
    List<LedgerEntry> entries = new ArrayList<>();
    for (String entryId : match.entryIds()) {
      Item item = item(entryId);
      if (item == null) {
        throw new IllegalStateException("a match has an entry that is not there: " + entryId);
      }
      entries.add(item.entry);
    }
    out.matched(match, entries);
  }

  private int indexOfMatch(String matchId, String ruleId) {
    for (int i = 0; i < matches.size(); i++) {
      PairMatch match = matches.get(i);
      if (match.matchId().equals(matchId) && match.ruleId().equals(ruleId)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether a person said that two entries are no match by a rule. */
  boolean isUndone(String ruleId, String entryId, String other) {
    for (PairMatch match : matches) {
      if (!match.matched()
          && match.ruleId().equals(ruleId)
          && match.entryIds().contains(entryId)
          && match.entryIds().contains(other)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Opens a break of legs of a rule.
   *
   * @param legs the first one, and the other where there are two
   * @param others ids of entries that it names besides
   * @param also what tells it from others of the same entries; mostly empty
   */
  void open(
      BreakType type,
      List<Leg> legs,
      List<String> others,
      long amount,
      long at,
      String also,
      String note) {
    Leg first = legs.get(0);
    List<String> ids = new ArrayList<>();
    legs.forEach(leg -> ids.add(leg.entry().entryId()));
    ids.addAll(others);
    Side side = first.side();
    String breakId = DealIds.broken(side.ruleId(), type, ids, also);
    for (Leg leg : legs) {
      set(leg, Status.BROKEN, breakId);
    }
    PairBreak known = find(breakId);
    if (known != null) {
      change(known, State.OPEN, at, "opened", "", note);
      return;
    }
    PairBreak opened =
        new PairBreak(
            breakId,
            side.ruleId(),
            type,
            side.left(),
            side.right(),
            ids,
            amount,
            first.entry().currency(),
            at,
            State.OPEN,
            List.of(new Step(at, "opened", "", note, 0)),
            Age.NEW);
    breaks.add(opened);
    out.broken(opened);
    out.aged(new Aged(opened, null, Age.NEW));
  }

  /** Changes the state of a break. */
  void change(PairBreak of, State state, long at, String action, String user, String note) {
    PairBreak next = of.with(state, at, action, user, note);
    breaks.set(breaks.indexOf(of), next);
    changed = true;
    out.broken(next);
    boolean stood = of.state() == State.OPEN;
    boolean stands = state == State.OPEN;
    if (stood != stands) {
      out.aged(new Aged(next, stood ? of.age() : null, stands ? of.age() : null));
    }
  }

  /**
   * Tells of the breaks that have reached another age.
   *
   * @param now {@link Long#MIN_VALUE} before the first watermark, also after a restore
   */
  void age(long now) {
    for (int i = 0; i < breaks.size(); i++) {
      PairBreak broken = breaks.get(i);
      Age age = now > broken.openedAt() ? Age.of(now - broken.openedAt()) : Age.NEW;
      if (broken.state() == State.OPEN && age.compareTo(broken.age()) > 0) {
        PairBreak older = broken.at(age);
        breaks.set(i, older);
        changed = true;
        out.aged(new Aged(older, broken.age(), age));
      }
    }
  }

  /** Tells of the breaks that stand and are forgotten with the book. */
  void forget() {
    for (PairBreak broken : breaks) {
      if (broken.state() == State.OPEN) {
        out.aged(new Aged(broken, broken.age(), null));
      }
    }
  }

  /** When the next break reaches another age; the end of time where none does. */
  long nextAgeAt() {
    long next = Long.MAX_VALUE;
    for (PairBreak broken : breaks) {
      if (broken.state() == State.OPEN && broken.age() != Age.WEEK) {
        Age age = Age.ALL.get(broken.age().index() + 1);
        next = Math.min(next, broken.openedAt() + age.millis());
      }
    }
    return next;
  }

  /** The break of that id; null where there is none. */
  @Nullable PairBreak find(String breakId) {
    for (PairBreak each : breaks) {
      if (each.breakId().equals(breakId)) {
        return each;
      }
    }
    return null;
  }
}
