package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;

/**
 * What one key has left of one rule. Times are event times in milliseconds since the epoch; its
 * clock goes to the greatest time that it was told, and doesn't step back. All arithmetic is on
 * whole numbers and exact.
 *
 * <p>An allowance doesn't know its rule: each method is given the terms, the same until {@link
 * #become} changes them.
 */
abstract sealed class Allowance permits Meter, FixedWindow, SlidingLog, SlidingCounter {
  /** The time of what doesn't happen. */
  static final long NEVER = Long.MAX_VALUE;

  private static final long START = Long.MIN_VALUE;

  private long now = START;

  /** Whether it was ever told a time. */
  final boolean isStarted() {
    return now != START;
  }

  /** The greatest time that it was told. */
  final long now() {
    return now;
  }

  /** Lets time pass; a time that is over changes nothing. */
  final void advance(RateTerms terms, long to) {
    if (to > now) {
      pass(terms, to);
      now = to;
    }
  }

  /** Lets time pass, from {@link #now} where it has started. */
  abstract void pass(RateTerms terms, long to);

  /** Whether there is enough for a cost now. */
  abstract boolean admits(RateTerms terms, long cost);

  /** Takes a cost that is admitted. */
  abstract void take(RateTerms terms, long cost);

  /** The greatest cost that would be admitted now. */
  abstract long remaining(RateTerms terms);

  /** When all is there again if nothing more is taken; not before {@link #now}. */
  abstract long resetAt(RateTerms terms);

  /**
   * In how many milliseconds a cost would be admitted if nothing else is taken; {@link #NEVER}
   * where it is more than there ever is.
   */
  final long retryAfterMillis(RateTerms terms, long cost) {
    if (admits(terms, cost)) {
      return 0;
    }
    return cost > terms.mostCost() ? NEVER : waitMillis(terms, cost);
  }

  /** How long a cost that there is room for, but not now, has to wait, in milliseconds. */
  abstract long waitMillis(RateTerms terms, long cost);

  /** How long what is taken now waits for its turn, in milliseconds. */
  long delayMillis(RateTerms terms) {
    return 0;
  }

  /**
   * Goes on under other terms of the same algorithm. What was taken stays taken: where there is
   * more from now on there is more left, and where there is less, less, but never less than
   * nothing.
   */
  abstract void become(RateTerms before, RateTerms after);

  /** Another one with as much left, which goes its own way. */
  final Allowance copy() {
    Allowance copy = copyRest();
    copy.now = now;
    return copy;
  }

  /** The same but for the time. */
  abstract Allowance copyRest();

  /** Writes all of it. */
  final void write(FormWriter out) {
    out.number(zigzag(now));
    writeRest(out);
  }

  final void readFrom(FormReader in) {
    now = unzigzag(in.number());
    readRest(in);
  }

  abstract void writeRest(FormWriter out);

  abstract void readRest(FormReader in);

  /** A time as a number that is not negative; times are within 2^61 of the epoch. */
  private static long zigzag(long time) {
    return time << 1 ^ time >> 63;
  }

  private static long unzigzag(long number) {
    return number >>> 1 ^ -(number & 1);
  }

  /** Of two positive numbers or zero the quotient, rounded up. */
  static long ceilDiv(long dividend, long divisor) {
    return dividend == 0 ? 0 : (dividend - 1) / divisor + 1;
  }
}
