package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.ratelimit.RuleBook.Term;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one key has left of each rule that it has met, and how it was used in the window that is
 * counted.
 *
 * <p><b>Space</b>: of a rule 10 bytes and its allowance, 7 to 12 bytes but for a sliding log; 12
 * bytes for the use.
 */
final class KeyLimits {
  private static final int VERSION = 1;
  private static final int EXPECTED_BYTES = 48;
  private static final long NO_WINDOW = Long.MIN_VALUE;

  private final List<Held> held = new ArrayList<>(1);
  private long windowStart = NO_WINDOW;
  private long allowed;
  private long refused;
  private long cost;

  /** What is left of one rule. */
  static final class Held {
    private final long idHash;
    private long version;
    private RateAlgorithm algorithm;
    private Allowance allowance;
    private long penaltyUntil;

    /** How it stood when it was asked for last; it says the same for as long as the term is. */
    private @Nullable Standing standing;

    private Held(long idHash, long version, RateAlgorithm algorithm, Allowance allowance) {
      this.idHash = idHash;
      this.version = version;
      this.algorithm = algorithm;
      this.allowance = allowance;
    }

    Allowance allowance() {
      return allowance;
    }

    private Standing under(Term term) {
      Standing last = standing;
      if (last == null || !last.term().equals(term)) {
        last = new Standing(term, this);
        standing = last;
      }
      return last;
    }

    /** Until when all is refused; 0 where it is not. */
    long penaltyUntil() {
      return penaltyUntil;
    }

    /** Refuses all for as long as the rule says, unless it is refusing already. */
    void punish(RateRule rule) {
      if (rule.penaltyMillis() > 0 && penaltyUntil <= allowance.now()) {
        penaltyUntil = allowance.now() + rule.penaltyMillis();
      }
    }

    /** Goes on under the next version. */
    private void become(@Nullable Term before, Term next) {
      if (before != null && before.rule().goesOn(next.rule()) && allowance.isStarted()) {
        allowance.advance(before.terms(), next.rule().at());
        allowance.become(before.terms(), next.terms());
      } else {
        algorithm = next.rule().algorithm();
        allowance = algorithm.full();
        penaltyUntil = 0;
      }
      version = next.rule().version();
    }
  }

  /** A rule as it is for this key now. */
  record Standing(Term term, Held held) {}

  /**
   * What is left of a rule at a time. Where the key has met a later version, that one counts.
   *
   * @param term the version in force at the time
   */
  Standing at(long time, Term term, RuleBook book) {
    Held of = find(term.idHash());
    Term now = term;
    if (of == null) {
      RateAlgorithm algorithm = term.rule().algorithm();
      of = new Held(term.idHash(), term.rule().version(), algorithm, algorithm.full());
      held.add(of);
    } else if (of.version != term.rule().version()) {
      now = bringUp(of, term, book);
    }
    of.allowance.advance(now.terms(), time);
    return of.under(now);
  }

  private @Nullable Held find(long idHash) {
    for (int i = 0; i < held.size(); i++) {
      if (held.get(i).idHash == idHash) {
        return held.get(i);
      }
    }
    return null;
  }

  /** Has a rule go on under a version, through all between. */
  private static Term bringUp(Held of, Term term, RuleBook book) {
    Term before = book.version(of.idHash, of.version);
    if (of.version > term.rule().version() && before != null && !before.rule().deleted()) {
      return before;
    }
    for (Term next : book.between(of.idHash, of.version, term.rule().version())) {
      of.become(before, next);
      before = next;
    }
    if (of.version != term.rule().version()) {
      of.become(null, term);
    }
    return term;
  }

  /** Another one with as much left of every rule, which goes its own way and counts no use. */
  KeyLimits copy() {
    KeyLimits copy = new KeyLimits();
    for (int i = 0; i < held.size(); i++) {
      Held of = held.get(i);
      Held same = new Held(of.idHash, of.version, of.algorithm, of.allowance.copy());
      same.penaltyUntil = of.penaltyUntil;
      copy.held.add(same);
    }
    return copy;
  }

  /** Counts requests in a window, which is the one that is counted if there is one. */
  void count(long window, long ofAllowed, long ofRefused, long ofCost) {
    windowStart = window;
    allowed += ofAllowed;
    refused += ofRefused;
    cost += ofCost;
  }

  /** The start of the window that is counted; the least time where there is none. */
  long windowStart() {
    return windowStart;
  }

  boolean isCounting() {
    return windowStart != NO_WINDOW;
  }

  /** How it was used in the window that is counted, which is over. */
  KeyUsage takeUsage(LimitKey key, long windowMillis) {
    KeyUsage usage =
        new KeyUsage(
            key.dimension().code(),
            key.key(),
            windowStart,
            windowStart + windowMillis,
            allowed,
            refused,
            cost);
    windowStart = NO_WINDOW;
    allowed = 0;
    refused = 0;
    cost = 0;
    return usage;
  }

  /**
   * Forgets rules of which all is there again at a time, and those that are no more.
   *
   * @return when all is there again of the first of the others; {@link Allowance#NEVER} if never
   */
  long forget(long time, RuleBook book) {
    long first = Allowance.NEVER;
    for (Iterator<Held> each = held.iterator(); each.hasNext(); ) {
      Held of = each.next();
      Term term = book.version(of.idHash, of.version);
      long reset =
          term == null
              ? Long.MIN_VALUE
              : Math.max(of.penaltyUntil, of.allowance.resetAt(term.terms()));
      if (reset <= time) {
        each.remove();
      } else {
        first = Math.min(first, reset);
      }
    }
    return first;
  }

  /** Whether there is nothing to keep. */
  boolean isEmpty() {
    return held.isEmpty() && windowStart == NO_WINDOW;
  }

  /** Its binary form. */
  byte[] toBytes() {
    FormWriter out = new FormWriter(EXPECTED_BYTES);
    out.raw(VERSION);
    out.number(held.size());
    for (Held of : held) {
      out.fixedLong(of.idHash);
      out.number(of.version);
      out.raw(of.algorithm.code());
      out.number(of.penaltyUntil);
      of.allowance.write(out);
    }
    out.number(isCounting() ? 1 : 0);
    if (isCounting()) {
      out.fixedLong(windowStart);
      out.number(allowed);
      out.number(refused);
      out.number(cost);
    }
    return out.toBytes();
  }

  /**
   * Reads what {@link #toBytes} gave.
   *
   * @throws IllegalArgumentException where the bytes are damaged
   */
  static KeyLimits of(byte[] bytes) {
    FormReader in = new FormReader(bytes, "a key's limits");
    if (in.raw() != VERSION) {
      throw in.damaged("are of a version that is not known");
    }
    KeyLimits limits = new KeyLimits();
    int count = in.count(1);
    for (int i = 0; i < count; i++) {
      long idHash = in.fixedLong();
      long version = in.number();
      RateAlgorithm algorithm = RateAlgorithm.of(in.raw());
      long penaltyUntil = in.number();
      if (algorithm == null) {
        throw in.damaged("name an algorithm that is not known");
      }
      Held of = new Held(idHash, version, algorithm, algorithm.read(in));
      of.penaltyUntil = penaltyUntil;
      limits.held.add(of);
    }
    if (in.number() != 0) {
      limits.windowStart = in.fixedLong();
      limits.allowed = in.number();
      limits.refused = in.number();
      limits.cost = in.number();
    }
    in.requireEnd();
    return limits;
  }
}
