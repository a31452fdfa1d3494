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
    cumulative = new double[count];
    double sum = 0;
    for (int rank = 0; rank < count; rank++) {
      sum += Math.pow(rank + 1, -exponent);
      cumulative[rank] = sum;
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
