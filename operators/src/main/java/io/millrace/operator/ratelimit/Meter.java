package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;

/**
 * What was taken and has not come back yet: the arithmetic of the token bucket, the leaky bucket,
 * the leaky queue and GCRA, which are one. Tokens that are missing from a bucket, water in a leaky
 * one, what waits in a queue, and how far GCRA's theoretical arrival time is ahead of the clock, in
 * units of its emission interval, are the same number: it rises by a request's cost, falls at the
 * rate, and must not exceed the burst.
 *
 * <p><b>Space</b>: two numbers. <b>Time</b>: O(1). <b>Error</b>: exact; from any time on, what is
 * admitted within t is at most burst + rate * t.
 *
 * <p><b>Source</b>: ITU-T I.371 (2004), annex A, which shows GCRA and the leaky bucket equal; the
 * token bucket of RFC 2697 is the same seen from the other side.
 */
final class Meter extends Allowance {
  /** What is missing, in units; from 0 to the burst. */
  private long taken;

  @Override
  void pass(RateTerms terms, long to) {
    if (taken == 0 || terms.unitsPerMilli() == 0) {
      return;
    }
    long millis = to - now();
    taken = millis >= millisToReset(terms) ? 0 : taken - millis * terms.unitsPerMilli();
  }

  private long millisToReset(RateTerms terms) {
    return ceilDiv(taken, terms.unitsPerMilli());
  }

  @Override
  boolean admits(RateTerms terms, long cost) {
    return cost <= remaining(terms);
  }

  @Override
  void take(RateTerms terms, long cost) {
    taken += cost * terms.tokenUnits();
  }

  @Override
  long remaining(RateTerms terms) {
    return (terms.burst() * terms.tokenUnits() - taken) / terms.tokenUnits();
  }

  @Override
  long resetAt(RateTerms terms) {
    if (taken == 0) {
      return now();
    }
    return terms.unitsPerMilli() == 0 ? NEVER : now() + millisToReset(terms);
  }

  @Override
  long waitMillis(RateTerms terms, long cost) {
    long excess = taken - (terms.burst() - cost) * terms.tokenUnits();
    return terms.unitsPerMilli() == 0 ? NEVER : ceilDiv(excess, terms.unitsPerMilli());
  }

  @Override
  long delayMillis(RateTerms terms) {
    boolean isQueue = terms.algorithm() == RateAlgorithm.LEAKY_QUEUE;
    return isQueue && taken > 0 ? resetAt(terms) - now() : 0;
  }

  @Override
  void become(RateTerms before, RateTerms after) {
    long tokens = taken / before.tokenUnits();
    long rest = taken % before.tokenUnits();
    long capacity = after.burst() * after.tokenUnits();
    if (tokens >= after.burst()) {
      taken = capacity;
      return;
    }
    // Rounded up, so that the change gives nothing.
    long restUnits = ceilOf(rest, after.tokenUnits(), before.tokenUnits());
    taken = Math.min(capacity, tokens * after.tokenUnits() + restUnits);
  }

  /** {@code a * b / divisor}, rounded up, where {@code a} is less than the divisor. */
  private static long ceilOf(long a, long b, long divisor) {
    if (Math.multiplyHigh(a, b) == 0 && a * b >= 0) {
      return ceilDiv(a * b, divisor);
    }
    java.math.BigInteger[] parts =
        java.math.BigInteger.valueOf(a)
            .multiply(java.math.BigInteger.valueOf(b))
            .divideAndRemainder(java.math.BigInteger.valueOf(divisor));
    return parts[0].longValueExact() + (parts[1].signum() == 0 ? 0 : 1);
  }

  @Override
  Allowance copyRest() {
    Meter copy = new Meter();
    copy.taken = taken;
    return copy;
  }

  @Override
  void writeRest(FormWriter out) {
    out.number(taken);
  }

  @Override
  void readRest(FormReader in) {
    taken = in.number();
  }
}
