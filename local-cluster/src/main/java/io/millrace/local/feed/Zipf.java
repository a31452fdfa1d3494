package io.millrace.local.feed;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Draws ranks from 0 of which the r-th has a weight of {@code 1 / (r + 1)^exponent}.
 *
 * <p><b>Source</b>: G. K. Zipf, Human Behavior and the Principle of Least Effort, 1949.
 *
 * <p><b>Space</b>: 8 bytes a rank. <b>Time</b>: one binary search a draw.
 */
public final class Zipf {
  private final double[] cumulative;

  /**
   * Ranks from 0 to {@code count - 1}.
   *
   * @param exponent not negative; 0 draws all alike
   */
  public Zipf(int count, double exponent) {
    this(count, exponent, 0);
  }

  /**
   * The same, but one rank may be drawn more often than the law has it.
   *
   * @param share the least share of rank 0 in all draws, from 0 to less than 1; the others share
   *     the rest as the law has it among them
   */
  public Zipf(int count, double exponent, double share) {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("the share must be from 0 to less than 1, is " + share);
    }
    cumulative = new double[count];
    double sum = 0;
    for (int rank = 0; rank < count; rank++) {
      sum += Math.pow(rank + 1, -exponent);
      cumulative[rank] = sum;
    }
    double more = share / (1 - share) * (sum - cumulative[0]) - cumulative[0];
    for (int rank = 0; rank < count && more > 0; rank++) {
      cumulative[rank] += more;
    }
  }

  /** The next rank. */
  public int draw(SplittableRandom random) {
    double point = random.nextDouble() * cumulative[cumulative.length - 1];
    int found = Arrays.binarySearch(cumulative, point);
    int rank = found >= 0 ? found + 1 : -found - 1;
    return Math.min(rank, cumulative.length - 1);
  }
}
