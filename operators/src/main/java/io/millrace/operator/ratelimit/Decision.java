package io.millrace.operator.ratelimit;

import io.millrace.operator.ratelimit.KeyLimits.Held;
import io.millrace.operator.ratelimit.KeyLimits.Standing;
import io.millrace.operator.ratelimit.RuleBook.Term;
import io.millrace.operator.sketch.Utf8Order;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides about one request by all rules that are for it: it is allowed if none of them refuses it,
 * and only then takes its cost from each. Rules on trial refuse nothing, and are kept as if they
 * did.
 */
final class Decision {
  private final List<Standing> standings = new ArrayList<>();
  private final List<Lease> leases = new ArrayList<>();
  private final List<String> shadow = new ArrayList<>();
  private long cost;

  // The rule that refuses for the longest.
  private @Nullable String limitedBy;
  private long retryAfterMillis;

  // The rule of which the least is left.
  private @Nullable String tightest;
  private long tightestRetryMillis;
  private long limit;
  private long remaining;
  private long resetAt;
  private long delayMillis;

  /** Begins with a request. */
  void start(long ofCost) {
    standings.clear();
    leases.clear();
    shadow.clear();
    cost = ofCost;
    limitedBy = null;
    retryAfterMillis = 0;
    tightest = null;
    limit = 0;
    remaining = 0;
    resetAt = 0;
    delayMillis = 0;
  }

  /** Adds those rules of a key that are for the request. */
  void add(
      KeyLimits of,
      List<Term> rules,
      long at,
      @Nullable String tier,
      @Nullable String route,
      RuleBook book) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).rule().isFor(tier, route)) {
        standings.add(of.at(at, rules.get(i), book));
      }
    }
  }

  /** Adds what was leased for the request and others. */
  void add(Lease lease) {
    leases.add(lease);
  }

  /** Whether a rule refuses a cost at its time. */
  static boolean refuses(Standing standing, long cost) {
    Held held = standing.held();
    return isPunished(held) || !held.allowance().admits(standing.term().terms(), cost);
  }

  private static boolean isPunished(Held held) {
    return held.penaltyUntil() > held.allowance().now();
  }

  /** Whether it would be allowed; takes nothing. */
  boolean wouldAllow() {
    for (Standing standing : standings) {
      if (!standing.term().rule().shadow() && refuses(standing, cost)) {
        return false;
      }
    }
    for (Lease lease : leases) {
      if (!lease.admits(cost)) {
        return false;
      }
    }
    return true;
  }

  /** Takes the cost as if the request was allowed, whatever will be said of it elsewhere. */
  void take() {
    for (Standing standing : standings) {
      if (!refuses(standing, cost)) {
        standing.held().allowance().take(standing.term().terms(), cost);
      }
    }
  }

  /** Decides, and takes the cost if the request is allowed. */
  boolean decide() {
    boolean allowed = wouldAllow();
    for (Standing standing : standings) {
      decide(standing, allowed);
    }
    for (Lease lease : leases) {
      decide(lease, allowed);
    }
    return allowed;
  }

  private void decide(Standing standing, boolean allowed) {
    Held held = standing.held();
    Term term = standing.term();
    boolean refused = refuses(standing, cost);
    if (refused) {
      held.punish(term.rule());
    }
    if (term.rule().shadow()) {
      if (refused) {
        shadow.add(term.rule().ruleId());
      } else if (allowed) {
        held.allowance().take(term.terms(), cost);
      }
      return;
    }
    long retry = 0;
    if (refused) {
      retry = retryAfterMillis(standing, cost);
      refusedBy(term.rule().ruleId(), retry);
    } else if (allowed) {
      delayMillis = Math.max(delayMillis, held.allowance().delayMillis(term.terms()));
      held.allowance().take(term.terms(), cost);
    }
    String ruleId = term.rule().ruleId();
    leaves(ruleId, term.terms().limit(), remaining(standing), resetAt(standing), retry);
  }

  private void decide(Lease lease, boolean allowed) {
    long retry = 0;
    if (!lease.admits(cost)) {
      retry = lease.retryAfterMillis();
      refusedBy(lease.limitedBy(), retry);
    } else if (allowed) {
      lease.take(cost);
      delayMillis = Math.max(delayMillis, lease.delayMillis());
    }
    shadow.addAll(lease.shadow());
    String ruleId = lease.tightest();
    if (ruleId != null) {
      leaves(ruleId, lease.limit(), lease.remaining(), lease.resetAt(), retry);
    }
  }

  /** After how long a rule would admit a cost that it refuses. */
  static long retryAfterMillis(Standing standing, long cost) {
    Held held = standing.held();
    long penalty = held.penaltyUntil() - held.allowance().now();
    return Math.max(penalty, held.allowance().retryAfterMillis(standing.term().terms(), cost));
  }

  /** How much is left of a rule. */
  static long remaining(Standing standing) {
    Held held = standing.held();
    return isPunished(held) ? 0 : held.allowance().remaining(standing.term().terms());
  }

  /** When all of a rule is there again. */
  static long resetAt(Standing standing) {
    Held held = standing.held();
    return Math.max(held.penaltyUntil(), held.allowance().resetAt(standing.term().terms()));
  }

  private void refusedBy(String ruleId, long retry) {
    if (limitedBy == null
        || retry > retryAfterMillis
        || (retry == retryAfterMillis && isBefore(ruleId, limitedBy))) {
      limitedBy = ruleId;
      retryAfterMillis = retry;
    }
  }

  /** Where as much is left of two rules, that which refuses for longer is told of. */
  private void leaves(
      String ruleId, long ofLimit, long ofRemaining, long ofReset, long ofRetryMillis) {
    if (tightest == null
        || ofRemaining < remaining
        || (ofRemaining == remaining
            && (ofRetryMillis > tightestRetryMillis
                || (ofRetryMillis == tightestRetryMillis && isBefore(ruleId, tightest))))) {
      tightest = ruleId;
      tightestRetryMillis = ofRetryMillis;
      limit = ofLimit;
      remaining = ofRemaining;
      resetAt = ofReset;
    }
  }

  private static boolean isBefore(String left, String right) {
    return Utf8Order.INSTANCE.compare(left, right) < 0;
  }

  /** What was decided. */
  Verdict verdict(String requestId, long at) {
    shadow.sort(Utf8Order.INSTANCE);
    return new Verdict(
        requestId,
        at,
        limitedBy == null,
        limitedBy,
        tightest == null ? null : limit,
        tightest == null ? null : remaining,
        tightest == null || resetAt == Allowance.NEVER ? null : resetAt,
        retryAfterMillis == Allowance.NEVER ? null : retryAfterMillis,
        delayMillis,
        List.copyOf(shadow));
  }
}
