package io.millrace.operator.chart;

import java.util.Arrays;

/**
 * Sums of weights as {@link Decayed} has them, each an integer of 128 bits: exact, in whatever
 * order weights are added and taken away.
 *
 * <p><b>Space</b>: 16 to 32 bytes a sum. <b>Time</b>: O(1).
 */
final class WeightSums {
  private long[] high = new long[1];
  private long[] low = new long[1];

  /** Makes room for sums from 0 to before {@code count}; new ones are 0. */
  void room(int count) {
    if (count > high.length) {
      high = Arrays.copyOf(high, count);
      low = Arrays.copyOf(low, count);
    }
  }

  boolean isZero(int sum) {
    return high[sum] == 0 && low[sum] == 0;
  }

  /** The upper 64 bits. */
  long high(int sum) {
    return high[sum];
  }

  /**
   * Adds weights.
   *
   * @param plays how many plays; negative to take them away
   * @param weight of each
   * @param shift from 0 to 40
   */
  void add(int sum, long plays, long weight, int shift) {
    long addedLow = plays * weight;
    long addedHigh = Math.multiplyHigh(plays, weight);
    if (shift > 0) {
      addedHigh = (addedHigh << shift) | (addedLow >>> (Long.SIZE - shift));
      addedLow <<= shift;
    }
    long before = low[sum];
    low[sum] += addedLow;
    high[sum] += addedHigh + (Long.compareUnsigned(low[sum], before) < 0 ? 1 : 0);
  }

  /** Takes over a sum from elsewhere. */
  void copy(int sum, WeightSums other, int otherSum) {
    high[sum] = other.high[otherSum];
    low[sum] = other.low[otherSum];
  }

  /** Shifts a sum to the right, or to the left where {@code by} is negative. */
  void shift(int sum, long by) {
    if (isZero(sum) || by == 0) {
      return;
    }
    if (by > 0 && by < Long.SIZE) {
      low[sum] = (low[sum] >>> by) | (high[sum] << (Long.SIZE - by));
      high[sum] >>= by;
    } else if (by < 0 && by > -Long.SIZE) {
      high[sum] = (high[sum] << -by) | (low[sum] >>> (Long.SIZE + by));
      low[sum] <<= -by;
    } else {
      throw new IllegalStateException("weights are left over from half-lives that have left");
    }
  }

  double toDouble(int sum) {
    return high[sum] * 0x1p64 + (low[sum] >>> 1) * 2.0 + (low[sum] & 1);
  }
}
