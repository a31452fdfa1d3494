package io.millrace.operator.reconcile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Looks for at least two amounts whose sum is an amount. There must be one such set: where there
 * are two as near to it, none is taken.
 *
 * <p><b>Time</b>: at most {@value #MOST_STEPS} steps, then it gives up; and at once where there are
 * more than {@value #MOST_PARTS} amounts. <b>Order</b>: not sensitive.
 *
 * <p><b>Source</b>: subset sum by branch and bound (Horowitz and Sahni, 1974), largest first, with
 * what is left as the bound.
 */
final class GroupSearch {
  /** Among so many amounts it looks. */
  static final int MOST_PARTS = 64;

  /** After so many steps it gives up. */
  static final int MOST_STEPS = 200_000;

  static final String GAVE_UP_NOTE = "the search for a sum of several entries gave up";

  /** What came of it. */
  enum Result {
    FOUND,
    NONE,
    AMBIGUOUS,
    GAVE_UP
  }

  private final long[] amounts;
  private final int[] order;
  private final long target;

  /** Sums of the positive and of the negative amounts from each place on: they bound the rest. */
  private final long[] mostAfter;

  private final long[] leastAfter;
  private final boolean[] taken;
  private long nearest;
  private int steps;
  private boolean isTied;
  private List<Integer> members = List.of();

  private GroupSearch(long[] amounts, long target, long tolerance) {
    this.amounts = amounts;
    this.target = target;
    this.nearest = tolerance;
    this.order = largestFirst(amounts);
    this.mostAfter = new long[amounts.length + 1];
    this.leastAfter = new long[amounts.length + 1];
    this.taken = new boolean[amounts.length];
    for (int i = amounts.length - 1; i >= 0; i--) {
      long amount = amounts[order[i]];
      mostAfter[i] = mostAfter[i + 1] + Math.max(0, amount);
      leastAfter[i] = leastAfter[i + 1] + Math.min(0, amount);
    }
  }

  /**
   * Searches.
   *
   * @param amounts of which some may belong together
   * @param target their sum
   * @param tolerance how far from it the sum may be
   */
  static GroupSearch of(long[] amounts, long target, long tolerance) {
    GroupSearch search = new GroupSearch(amounts, target, tolerance);
    if (amounts.length <= MOST_PARTS) {
      search.from(0, 0, 0);
    } else {
      search.steps = MOST_STEPS + 1;
    }
    return search;
  }

  Result result() {
    if (steps > MOST_STEPS) {
      return Result.GAVE_UP;
    }
    if (members.isEmpty()) {
      return Result.NONE;
    }
    return isTied ? Result.AMBIGUOUS : Result.FOUND;
  }

  /** Which amounts, by their places in the array, in order. */
  List<Integer> members() {
    return members;
  }

  private void from(int place, long sum, int count) {
    if (++steps > MOST_STEPS) {
      return;
    }
    if (place == amounts.length) {
      look(sum, count);
      return;
    }
    long rest = target - sum;
    if (rest > mostAfter[place] + nearest || rest < leastAfter[place] - nearest) {
      return;
    }
    taken[order[place]] = true;
    from(place + 1, sum + amounts[order[place]], count + 1);
    taken[order[place]] = false;
    from(place + 1, sum, count);
  }

  private void look(long sum, int count) {
    long distance = Math.abs(target - sum);
    if (count < 2 || distance > nearest) {
      return;
    }
    isTied = distance == nearest && !members.isEmpty();
    nearest = distance;
    members = new ArrayList<>();
    for (int i = 0; i < taken.length; i++) {
      if (taken[i]) {
        members.add(i);
      }
    }
  }

  private static int[] largestFirst(long[] amounts) {
    Integer[] places = new Integer[amounts.length];
    Arrays.setAll(places, i -> i);
    Arrays.sort(
        places, (one, other) -> Long.compare(Math.abs(amounts[other]), Math.abs(amounts[one])));
    return Arrays.stream(places).mapToInt(Integer::intValue).toArray();
  }
}
