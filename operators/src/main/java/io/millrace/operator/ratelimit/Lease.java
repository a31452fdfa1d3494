package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one task may use of one key at one millisecond, for requests of one tier and route: part of
 * what it asked for, or all of it. What it doesn't use goes back.
 */
final class Lease {
  private final LeaseDemand demand;
  private long left;
  private boolean isRefused;
  private @Nullable String limitedBy;
  private long retryAfterMillis;
  private @Nullable String tightest;
  private long limit;
  private long remaining;
  private long resetAt;
  private long delayMillis;
  private List<String> shadow = new ArrayList<>();

  Lease(LeaseDemand demand) {
    this.demand = demand;
  }

  LeaseDemand demand() {
    return demand;
  }

  /** Says what was granted. */
  void grant(long units) {
    left = units;
  }

  /** Says that a rule refuses all, whatever it costs. */
  void refuseAll() {
    isRefused = true;
  }

  /** Says which rule refuses some of the demand for the longest. */
  void limitedBy(String ruleId, long afterMillis) {
    limitedBy = ruleId;
    retryAfterMillis = afterMillis;
  }

  /** Says of which rule the least is left. */
  void tightest(String ruleId, long ofLimit, long ofRemaining, long ofReset) {
    tightest = ruleId;
    limit = ofLimit;
    remaining = ofRemaining;
    resetAt = ofReset;
  }

  /** Says how long what is granted waits in a queue. */
  void delay(long millis) {
    delayMillis = Math.max(delayMillis, millis);
  }

  /** Says that a rule on trial would refuse some of the demand. */
  void shadowedBy(String ruleId) {
    shadow.add(ruleId);
  }

  boolean admits(long cost) {
    return !isRefused && cost <= left;
  }

  void take(long cost) {
    left -= cost;
  }

  /** What was not used. */
  long left() {
    return left;
  }

  /** Whether some of the demand is refused. */
  boolean isLimited() {
    return limitedBy != null;
  }

  /** The rule that refuses what is not admitted. */
  String limitedBy() {
    if (limitedBy != null) {
      return limitedBy;
    }
    return tightest != null ? tightest : demand.firstRule();
  }

  /** After how long what is not admitted may be. */
  long retryAfterMillis() {
    return Math.max(1, retryAfterMillis);
  }

  @Nullable String tightest() {
    return tightest;
  }

  long limit() {
    return limit;
  }

  long remaining() {
    return remaining;
  }

  long resetAt() {
    return resetAt;
  }

  long delayMillis() {
    return delayMillis;
  }

  List<String> shadow() {
    return shadow;
  }

  /** Writes what was granted. */
  void write(FormWriter out) {
    out.number(left);
    out.raw(isRefused ? 1 : 0);
    LeaseForms.writeText(out, limitedBy);
    out.number(retryAfterMillis);
    LeaseForms.writeText(out, tightest);
    out.number(limit);
    out.number(remaining);
    out.fixedLong(resetAt);
    out.number(delayMillis);
    out.number(shadow.size());
    shadow.forEach(ruleId -> LeaseForms.writeText(out, ruleId));
  }

  /** Reads what was granted for a demand. */
  static Lease read(LeaseDemand demand, FormReader in) {
    Lease lease = new Lease(demand);
    lease.left = in.number();
    lease.isRefused = in.raw() != 0;
    lease.limitedBy = LeaseForms.readText(in);
    lease.retryAfterMillis = in.number();
    lease.tightest = LeaseForms.readText(in);
    lease.limit = in.number();
    lease.remaining = in.number();
    lease.resetAt = in.fixedLong();
    lease.delayMillis = in.number();
    int shadows = in.count(1);
    for (int i = 0; i < shadows; i++) {
      String ruleId = LeaseForms.readText(in);
      if (ruleId != null) {
        lease.shadow.add(ruleId);
      }
    }
    return lease;
  }
}
