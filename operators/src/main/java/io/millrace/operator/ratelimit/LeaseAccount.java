package io.millrace.operator.ratelimit;

import io.millrace.operator.ratelimit.KeyLimits.Held;
import io.millrace.operator.ratelimit.KeyLimits.Standing;
import io.millrace.operator.ratelimit.RuleBook.Term;
import io.millrace.operator.sketch.Utf8Order;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Grants leases of one key. What was granted counts as used until its task has said how much of it
 * it used; then what is left of the key is what it would be had no more been granted.
 *
 * <p><b>Error</b>: never more than the rules admit is used at once, in the order of the times at
 * which leases are for.
 */
final class LeaseAccount {
  private final LimitDimension dimension;
  private final RuleBook book;

  /** What is left after all that is settled. */
  private final KeyLimits settled;

  /** What is left if all grants are used; null where it has to be worked out again. */
  private @Nullable KeyLimits assumed;

  private final Deque<Grant> open = new ArrayDeque<>();

  /** A lease that was granted. */
  private static final class Grant {
    private final LeaseDemand demand;
    private final int holder;
    private long units;
    private boolean isSettled;
    private final List<Long> punished = new ArrayList<>(0);

    private Grant(LeaseDemand demand, int holder) {
      this.demand = demand;
      this.holder = holder;
    }
  }

  LeaseAccount(LimitDimension dimension, KeyLimits settled, RuleBook book) {
    this.dimension = dimension;
    this.settled = settled;
    this.book = book;
  }

  /** What is left after all that is settled; all of it where {@link #isSettled}. */
  KeyLimits settled() {
    return settled;
  }

  boolean isSettled() {
    return open.isEmpty();
  }

  /**
   * Grants as much as there is.
   *
   * @param holder the task that asks
   */
  Lease grant(LeaseDemand demand, int holder) {
    KeyLimits now = assumed();
    List<Standing> standings = standings(now, demand);
    Grant grant = new Grant(demand, holder);
    Lease lease = new Lease(demand);
    grant.units = demand.units();
    for (Standing standing : standings) {
      if (!standing.term().rule().shadow()) {
        grant.units = Math.min(grant.units, Decision.remaining(standing));
      }
    }
    for (Standing standing : standings) {
      answer(standing, demand, grant, lease);
    }
    lease.grant(grant.units);
    open.add(grant);
    return lease;
  }

  private void answer(Standing standing, LeaseDemand demand, Grant grant, Lease lease) {
    Term term = standing.term();
    Held held = standing.held();
    String ruleId = term.rule().ruleId();
    boolean isPunished = held.penaltyUntil() > held.allowance().now();
    boolean isShort = isPunished || Decision.remaining(standing) < demand.units();
    if (isShort && demand.units() > 0) {
      held.punish(term.rule());
      grant.punished.add(term.idHash());
    }
    if (term.rule().shadow()) {
      if (isShort) {
        lease.shadowedBy(ruleId);
      }
      take(standing, grant.units);
      return;
    }
    lease.delay(held.allowance().delayMillis(term.terms()));
    take(standing, grant.units);
    if (isPunished) {
      lease.refuseAll();
    }
    long retry = isShort ? Decision.retryAfterMillis(standing, demand.oneCost()) : 0;
    if (isShort && isLonger(retry, ruleId, lease)) {
      lease.limitedBy(ruleId, retry);
    }
    if (isTighter(standing, ruleId, lease)) {
      lease.tightest(
          ruleId, term.terms().limit(), Decision.remaining(standing), Decision.resetAt(standing));
    }
  }

  private static boolean isLonger(long retry, String ruleId, Lease lease) {
    return !lease.isLimited()
        || retry > lease.retryAfterMillis()
        || (retry == lease.retryAfterMillis()
            && Utf8Order.INSTANCE.compare(ruleId, lease.limitedBy()) < 0);
  }

  private static boolean isTighter(Standing standing, String ruleId, Lease lease) {
    String tightest = lease.tightest();
    long remaining = Decision.remaining(standing);
    return tightest == null
        || remaining < lease.remaining()
        || (remaining == lease.remaining() && Utf8Order.INSTANCE.compare(ruleId, tightest) < 0);
  }

  /** Takes what a rule has, for it may be on trial, or another one by now. */
  private static void take(Standing standing, long units) {
    long remaining = standing.held().allowance().remaining(standing.term().terms());
    standing.held().allowance().take(standing.term().terms(), Math.min(units, remaining));
  }

  private List<Standing> standings(KeyLimits of, LeaseDemand demand) {
    List<Standing> standings = new ArrayList<>(1);
    for (Term term : book.at(demand.at()).of(dimension)) {
      if (term.rule().isFor(demand.tier(), demand.route())) {
        standings.add(of.at(demand.at(), term, book));
      }
    }
    return standings;
  }

  /**
   * Says what a task did not use of its leases, in the order in which they were granted to it.
   *
   * @param unused of each; the task's leases that are not settled yet
   */
  void settle(int holder, List<Long> unused) {
    int index = 0;
    for (Grant grant : open) {
      if (grant.holder == holder && !grant.isSettled && index < unused.size()) {
        long back = unused.get(index++);
        if (back > grant.units) {
          throw new IllegalStateException("a task gives back more than it was granted");
        }
        grant.units -= back;
        grant.isSettled = true;
        if (back > 0) {
          assumed = null;
        }
      }
    }
    if (index < unused.size()) {
      throw new IllegalStateException("a task settled a lease that it was not granted");
    }
    while (!open.isEmpty() && open.element().isSettled) {
      use(settled, open.remove());
    }
  }

  private void use(KeyLimits of, Grant grant) {
    for (Standing standing : standings(of, grant.demand)) {
      take(standing, grant.units);
      if (grant.punished.contains(standing.term().idHash())) {
        standing.held().punish(standing.term().rule());
      }
    }
  }

  private KeyLimits assumed() {
    if (assumed == null) {
      assumed = settled.copy();
      for (Grant grant : open) {
        use(assumed, grant);
      }
    }
    return assumed;
  }
}
