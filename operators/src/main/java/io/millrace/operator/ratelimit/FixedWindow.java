package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;

/**
 * What was taken in the window of the clock that has the time; windows are aligned to the epoch.
 *
 * <p><b>Space</b>: two numbers. <b>Time</b>: O(1). <b>Error</b>: exact for each window; across the
 * border of two, twice the limit may be admitted within one period.
 */
final class FixedWindow extends Allowance {
  private long count;

  @Override
  void pass(RateTerms terms, long to) {
    if (count > 0
        && Math.floorDiv(to, terms.periodMillis()) != Math.floorDiv(now(), terms.periodMillis())) {
      count = 0;
    }
  }

  @Override
  boolean admits(RateTerms terms, long cost) {
    return cost == 0 || cost <= terms.limit() - count;
  }

  @Override
  void take(RateTerms terms, long cost) {
    count += cost;
  }

  @Override
  long remaining(RateTerms terms) {
    return Math.max(0, terms.limit() - count);
  }

  @Override
  long resetAt(RateTerms terms) {
    return count == 0 ? now() : now() + waitMillis(terms, 0);
  }

  @Override
  long waitMillis(RateTerms terms, long cost) {
    return terms.periodMillis() - Math.floorMod(now(), terms.periodMillis());
  }

  @Override
  void become(RateTerms before, RateTerms after) {
    if (before.periodMillis() != after.periodMillis()) {
      // What was taken in a longer window may have been before this one, and counts all the same.
      count = Math.min(count, after.limit());
    }
  }

  @Override
  Allowance copyRest() {
    FixedWindow copy = new FixedWindow();
    copy.count = count;
    return copy;
  }

  @Override
  void writeRest(FormWriter out) {
    out.number(count);
  }

  @Override
  void readRest(FormReader in) {
    count = in.number();
  }
}
