package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import java.util.Arrays;

/**
 * When what was taken, and how much, within the period that ends now: what was taken at a time
 * counts as long as the time is after {@code now - period}.
 *
 * <p><b>Space</b>: 16 bytes for each millisecond at which something was taken within the period; at
 * most as many as the limit. <b>Time</b>: O(1) amortised, and O(entries) to keep or to wait.
 * <b>Error</b>: exact; within every period at most the limit is admitted.
 */
final class SlidingLog extends Allowance {
  private static final int FIRST_ENTRIES = 4;

  private long[] times = new long[FIRST_ENTRIES];
  private long[] costs = new long[FIRST_ENTRIES];
  private int first;
  private int end;
  private long sum;

  @Override
  void pass(RateTerms terms, long to) {
    while (first < end && times[first] <= to - terms.periodMillis()) {
      sum -= costs[first++];
    }
    if (first == end) {
      first = 0;
      end = 0;
    }
  }

  @Override
  boolean admits(RateTerms terms, long cost) {
    return cost == 0 || cost <= terms.limit() - sum;
  }

  @Override
  void take(RateTerms terms, long cost) {
    if (cost == 0) {
      return;
    }
    sum += cost;
    if (first < end && times[end - 1] == now()) {
      costs[end - 1] += cost;
      return;
    }
    add(now(), cost);
  }

  private void add(long time, long cost) {
    if (end == times.length) {
      int held = end - first;
      int length = 2 * held > times.length ? 2 * times.length : times.length;
      long[] formerTimes = times;
      long[] formerCosts = costs;
      times = Arrays.copyOf(times, length);
      costs = Arrays.copyOf(costs, length);
      System.arraycopy(formerTimes, first, times, 0, held);
      System.arraycopy(formerCosts, first, costs, 0, held);
      first = 0;
      end = held;
    }
    times[end] = time;
    costs[end++] = cost;
  }

  @Override
  long remaining(RateTerms terms) {
    return Math.max(0, terms.limit() - sum);
  }

  @Override
  long resetAt(RateTerms terms) {
    return first == end ? now() : times[end - 1] + terms.periodMillis();
  }

  @Override
  long waitMillis(RateTerms terms, long cost) {
    long excess = sum + cost - terms.limit();
    int i = first;
    for (; excess > costs[i]; i++) {
      excess -= costs[i];
    }
    return times[i] + terms.periodMillis() - now();
  }

  @Override
  void become(RateTerms before, RateTerms after) {
    pass(after, now());
  }

  @Override
  Allowance copyRest() {
    SlidingLog copy = new SlidingLog();
    copy.times = times.clone();
    copy.costs = costs.clone();
    copy.first = first;
    copy.end = end;
    copy.sum = sum;
    return copy;
  }

  @Override
  void writeRest(FormWriter out) {
    out.number(end - first);
    long time = now();
    for (int i = end - 1; i >= first; i--) {
      out.number(time - times[i]);
      out.number(costs[i]);
      time = times[i];
    }
  }

  @Override
  void readRest(FormReader in) {
    int count = in.count(2);
    times = new long[Math.max(FIRST_ENTRIES, count)];
    costs = new long[times.length];
    first = 0;
    end = count;
    sum = 0;
    long time = now();
    for (int i = count - 1; i >= 0; i--) {
      time -= in.number();
      times[i] = time;
      costs[i] = in.number();
      sum += costs[i];
    }
  }
}
